# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it, which have the binary in $binary and libvirt's driver in $driver: a private host for
# one driver, and words to say what is seen on its page.
#
# libvirtd, domains and agent live in namespaces of their own (mounts, network, processes), which end with the script:
# nothing on the host is changed, and a libvirtd that runs there is not met.

# Runs the script again inside, unless it is there.
enter() {
    d=${DRIVER_SH_INSIDE:-}
    [ -z "$d" ] || return 0
    [ "$(id -u)" = 0 ] || {
        echo "$0: needs root" >&2
        exit 1
    }
    binary=$(realpath "$binary")
    directory=$(mktemp -d /tmp/vw-XXXXXX)
    # libvirt leaves the folders of its control groups behind; one that is in use is not empty and stays.
    trap 'rm -rf "$directory"
        find /sys/fs/cgroup -depth -type d -path "*/machine/$driver-*-box.libvirt-*" -exec rmdir {} + 2>/dev/null || true
        rmdir /sys/fs/cgroup/machine /sys/fs/cgroup/*/machine 2>/dev/null || true' EXIT
    trap 'exit 1' HUP INT TERM
    DRIVER_SH_INSIDE=$directory unshare --mount --net --pid --fork --kill-child --mount-proc "$0" "$binary"
    exit
}

fail() {
    echo "$0: $*" >&2
    tail -n 20 "$d"/*.log >&2
    exit 1
}

# waits for a command to succeed, as long as 20 s
until_true() {
    what=$1
    shift
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || fail "waited in vain: $what"
        sleep 0.1
    done
    echo "  seen: $what"
}

uri() { echo "$driver+unix:///system?socket=$d/libvirt-sock"; }
on_virsh() { virsh -q -c "$(uri)" "$@" >>"$d/virsh.log" 2>&1 || fail "virsh $*"; }
page() { curl -sf http://127.0.0.1:9177/metrics; }
shows() { page | grep -q "^$1"; }
shows_not() { page >"$d/page" && ! grep -q "^$1" "$d/page"; }

# private_folders FOLDER…: those, and the ones where libvirt keeps things, empty and gone with the script.
private_folders() {
    mount --make-rprivate / || fail "this machine does not let root mount"
    for folder in /run /var/lib /var/log /var/cache /etc/libvirt "$@"; do mount -t tmpfs tmpfs "$folder"; done
    mkdir -p /run/libvirt
    ip link set lo up
}

# Beside version 1 controllers libvirt would look for a domain's control group in these, and not find it.
only_old_cgroups() {
    for hierarchy in unified systemd; do
        ! mountpoint -q "/sys/fs/cgroup/$hierarchy" || umount "/sys/fs/cgroup/$hierarchy"
    done
}

# use_drivers NAME…: the only ones that libvirtd loads; others want users and daemons that may not be here.
use_drivers() {
    mkdir -p "$d/drivers"
    for name in "$@"; do
        file=$(find /usr/lib /usr/lib64 -name "libvirt_driver_$name.so" 2>/dev/null | head -n 1)
        [ -n "$file" ] || fail "libvirt's driver $name is not installed"
        ln -s "$file" "$d/drivers/"
    done
}

start_libvirtd() {
    cat >"$d/libvirtd.conf" <<CONF
unix_sock_dir = "$d"
auth_unix_ro = "none"
auth_unix_rw = "none"
log_outputs = "3:file:$d/libvirtd.log"
CONF
    LIBVIRT_DRIVER_DIR=$d/drivers libvirtd -f "$d/libvirtd.conf" -p "$d/libvirtd.pid" >"$d/out.log" 2>&1 &
    until_true "libvirtd answers" virsh -q -c "$(uri)" uri
}

start_agent() { "$binary" serve --connect "$(uri)" --interval 500ms "$@" >"$d/agent.log" 2>&1 & }

check_page() {
    page | promtool check metrics || fail "promtool objects to the page"
    page | grep -e '^virtwarden_capability' -e '^libvirt_versions_info'
}
