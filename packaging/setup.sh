#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that building and testing need and that are missing; says which, elsewhere.
set -euo pipefail
packages="pkg-config gcc g++ libc6-dev libstdc++-12-dev libvirt-dev libxml2-dev libcurl4-openssl-dev libyaml-dev libsqlite3-dev libre2-dev zlib1g-dev libcrypt-dev"
if ! command -v swift >/dev/null; then
  echo "virtwarden needs the Swift 6 toolchain: install it with swiftly (https://www.swift.org/install), or on Debian 13 with: apt install swiftlang" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "no apt-get here; make sure that what these Debian packages hold is installed: $packages" >&2
  exit 0
fi
missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"
$sudo apt-get update -q
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
