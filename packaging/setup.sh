#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# setup.sh run|test|bench|drivers: looks for Swift (`swift`, or what SWIFT names) and installs the Debian packages that
# the goal needs and that are missing. Changes nothing, and needs no network and no root, when everything is there.
set -eu

goal=${1:-run}
swift=${SWIFT:-swift}
# The libraries virtwarden links, the linker and C headers Swift needs, the libraries of the Swift tools themselves.
packages="libvirt-dev libxml2-dev libcurl4-openssl-dev libyaml-dev libsqlite3-dev libre2-dev zlib1g-dev libcrypt-dev
    pkg-config binutils gcc g++ libc6-dev libncurses6 libuuid1 git ca-certificates"
case $goal in
run) ;;
test | bench)
    # A private libvirtd with TCG guests, Prometheus and promtool.
    packages="$packages libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-utils prometheus
        openssl util-linux perl-base xz-utils"
    # An sshd of the tests' own; libvirt reaches the socket behind it with netcat.
    [ "$goal" != test ] || packages="$packages openssh-server openssh-client netcat-openbsd"
    # Alertmanager with amtool.
    [ "$goal" != test ] || packages="$packages prometheus-alertmanager"
    [ "$goal" != bench ] || packages="$packages python3"
    ;;
drivers)
    # Private libvirtds, one with containers, one with QEMU on networks of its own, and promtool.
    packages="$packages libvirt-daemon libvirt-daemon-driver-lxc libvirt-clients prometheus util-linux iproute2 curl
        libvirt-daemon-driver-qemu qemu-system-x86 qemu-utils ipxe-qemu dnsmasq-base iptables"
    ;;
*)
    echo "usage: $0 run|test|bench|drivers" >&2
    exit 2
    ;;
esac

# Ends the script when there is no Swift or an old one. `early` is before anything is installed, so that nothing is in
# vain; 1 says that Swift does not run yet, maybe for want of libraries. `late`, it must run.
check_swift() {
    how='Get it from https://www.swift.org/install/linux: swiftly installs it, with "swiftly init" or
"swiftly install latest". Debian has a package swiftlang, but that of Debian 13 is 6.0.3 and too old.'
    if ! command -v "${swift%% *}" >/dev/null 2>&1; then
        printf 'virtwarden needs Swift 6.1 or later, and there is no %s in PATH.\n%s\n' "${swift%% *}" "$how" >&2
        exit 1
    fi
    # In a directory of its own, because swift leaves temporary ones behind (swift-driver issue 2049).
    scratch=$(mktemp -d)
    runs=yes
    version=$(TMPDIR=$scratch $swift --version 2>&1) || runs=
    rm -rf "$scratch"
    if [ -z "$runs" ]; then
        [ "$1" = late ] || return 1
        printf '%s --version fails: %s\n%s\n' "$swift" "$version" "$how" >&2
        exit 1
    fi
    number=$(printf '%s\n' "$version" | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1)
    major=${number%%.*}
    minor=${number#*.}
    if [ -z "$number" ] || [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 1 ]; }; then
        printf 'virtwarden needs Swift 6.1 or later; this is %s.\n%s\n' "${number:-an unknown one}" "$how" >&2
        exit 1
    fi
}

seen=
! check_swift early || seen=yes

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
    if [ -z "${VIRTWARDEN_SKIP_SETUP:-}" ]; then
        echo "This system has no apt. Install what these Debian packages hold, then set VIRTWARDEN_SKIP_SETUP=1:" >&2
        printf '  %s\n' $packages >&2
        exit 1
    fi
elif [ -z "${VIRTWARDEN_SKIP_SETUP:-}" ]; then
    missing=
    for package in $packages; do
        status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$status" = installed ] || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        by_hand="apt-get update && apt-get install --no-install-recommends$missing"
        sudo=
        if [ "$(id -u)" != 0 ]; then
            if ! command -v sudo >/dev/null 2>&1; then
                echo "Debian packages are missing; you are not root, and there is no sudo. As root:" >&2
                echo "  $by_hand" >&2
                exit 1
            fi
            sudo=sudo
        fi
        echo "Installing${sudo:+ with sudo}:$missing"
        # A policy-rc.d that answers 101 keeps dpkg from starting any service; one that is already there stays.
        # Prometheus, Alertmanager and sshd would still start at the next boot, hence update-rc.d: the tests run their
        # own. What was installed before stays as it was.
        # shellcheck disable=SC2086
        $sudo sh -eu -c '
            policy=/usr/sbin/policy-rc.d
            if [ ! -e "$policy" ]; then
                trap "rm -f $policy" EXIT
                trap "exit 1" HUP INT TERM
                printf "#!/bin/sh\nexit 101\n" >"$policy"
                chmod 755 "$policy"
            fi
            export DEBIAN_FRONTEND=noninteractive
            apt-get update -q
            apt-get install -q -y --no-install-recommends "$@"
            case " $* " in *" prometheus "*) update-rc.d prometheus disable ;; esac
            case " $* " in *" prometheus-alertmanager "*) update-rc.d prometheus-alertmanager disable ;; esac
            case " $* " in *" openssh-server "*) update-rc.d ssh disable ;; esac
        ' setup $missing || {
            echo "The packages could not be installed (see above). As root:" >&2
            echo "  $by_hand" >&2
            exit 1
        }
    fi
fi

[ -n "$seen" ] || check_swift late

# The software of the tests' Linux guest, unpacked into .build/guest/packages and not installed: a kernel with its
# modules, busybox, QEMU's guest agent. Tests/TestHosts/GuestKernel.swift makes of them what a domain boots.
fetch_guest() {
    guest=$(cd "$(dirname "$0")/.." && pwd)/.build/guest
    [ ! -e "$guest/packages/complete" ] || return 0
    if [ "$(dpkg --print-architecture)" != amd64 ]; then
        echo "The tests' Linux guest can only be made on amd64: the tests that boot it will fail." >&2
        return 0
    fi
    echo "Fetching the software of the tests' Linux guest into $guest"
    rm -rf "$guest"
    mkdir -p "$guest/debs" "$guest/packages"
    (cd "$guest/debs" && download_guest) || {
        # The lists of packages are missing or old.
        update=apt-get
        [ "$(id -u)" = 0 ] || update="sudo apt-get"
        $update update -q
        (cd "$guest/debs" && download_guest)
    }
    for deb in "$guest"/debs/*.deb; do
        # Of the kernel's 4000 modules those of the devices that the tests' domains have.
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$guest/packages" --wildcards --exclude './usr/share/*' \
            --exclude '*/kernel/arch/*' --exclude '*/kernel/sound/*' --exclude '*/kernel/net/*' \
            --exclude '*/kernel/drivers/[!bcmvw]*' --exclude '*/kernel/drivers/media/*' \
            --exclude '*/kernel/drivers/mtd/*' --exclude '*/kernel/drivers/mfd/*'
    done
    rm -rf "$guest/debs"
    touch "$guest/packages/complete"
}

download_guest() {
    kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
    [ -n "$kernel" ] && apt-get download -q "$kernel" busybox-static qemu-guest-agent
}

[ "$goal" != test ] || [ -n "${VIRTWARDEN_SKIP_SETUP:-}" ] || fetch_guest
