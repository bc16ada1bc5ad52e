#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh BINARY [DOMAINS]: measures a release binary on a private libvirtd. Prints Markdown and a line of JSON.
set -eu
binary=${1:?usage: run.sh BINARY [DOMAINS]}
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$(dirname "$0")/bench.py" "$binary" "${2:-100}"
