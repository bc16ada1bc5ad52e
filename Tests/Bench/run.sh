#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh BINARY [DOMAINS]: measures a release binary against the floor program, on a private libvirtd. Prints Markdown.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binary=${1:?usage: run.sh BINARY [DOMAINS]}
work=$(mktemp -d /tmp/vwb-XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck disable=SC2046
cc -O2 -o "$work/floor" "$here/floor.c" $(pkg-config --cflags --libs libvirt)
PYTHONDONTWRITEBYTECODE=1 python3 "$here/bench.py" "$binary" "$work/floor" "${2:-100}"
