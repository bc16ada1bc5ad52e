#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lxc.sh BINARY: watches a real container of libvirt's LXC driver with the given binary, checks what it shows, and prints
# which calls the driver has. Needs root, and a machine that lets it mount and make cgroups; says so where it does not.
#
# libvirtd, container and agent live in namespaces of their own (mounts, network, processes), which end with this script:
# nothing on the host is changed, and a libvirtd that runs there is not met.
set -eu

binary=${1:?usage: lxc.sh BINARY}
if [ -z "${LXC_SH_INSIDE:-}" ]; then
    [ "$(id -u)" = 0 ] || {
        echo "lxc.sh: needs root: LXC containers of libvirt have none without" >&2
        exit 1
    }
    binary=$(realpath "$binary")
    directory=$(mktemp -d /tmp/vw-XXXXXX)
    # libvirt leaves the folder of its cgroups behind; one that is in use is not empty and stays.
    trap 'rm -rf "$directory"
        find /sys/fs/cgroup -depth -type d -path "*/machine/lxc-*-box.libvirt-lxc*" -exec rmdir {} + 2>/dev/null || true
        rmdir /sys/fs/cgroup/machine /sys/fs/cgroup/*/machine 2>/dev/null || true' EXIT
    trap 'exit 1' HUP INT TERM
    LXC_SH_INSIDE=$directory unshare --mount --net --pid --fork --kill-child --mount-proc "$0" "$binary"
    exit
fi

d=$LXC_SH_INSIDE
uri="lxc+unix:///system?socket=$d/libvirt-sock"
fail() {
    echo "lxc.sh: $*" >&2
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
on_virsh() { virsh -q -c "$uri" "$@" >>"$d/virsh.log" 2>&1 || fail "virsh $*"; }
page() { curl -sf http://127.0.0.1:9177/metrics; }
shows() { page | grep -q "^$1"; }
shows_not() { page >"$d/page" && ! grep -q "^$1" "$d/page"; }

# --- a host -------------------------------------------------------------------------------------------------------
driver=$(find /usr/lib /usr/lib64 -name libvirt_driver_lxc.so 2>/dev/null | head -n 1)
[ -n "$driver" ] || fail "libvirt's LXC driver is not installed"
mount --make-rprivate / || fail "this machine does not let root mount"
for folder in /run /var/lib /var/log /var/cache /etc/libvirt; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/libvirt "$d/drivers"
# Beside version 1 controllers libvirt would look for the container in these, and not find it.
for hierarchy in unified systemd; do
    ! mountpoint -q "/sys/fs/cgroup/$hierarchy" || umount "/sys/fs/cgroup/$hierarchy"
done
# Only this driver: the others want users and daemons that may not be here.
ln -s "$driver" "$d/drivers/"
cat >"$d/libvirtd.conf" <<CONF
unix_sock_dir = "$d"
auth_unix_ro = "none"
auth_unix_rw = "none"
log_outputs = "3:file:$d/libvirtd.log"
CONF
start_libvirtd() {
    LIBVIRT_DRIVER_DIR=$d/drivers libvirtd -f "$d/libvirtd.conf" -p "$d/libvirtd.pid" >"$d/out.log" 2>&1 &
    until_true "libvirtd answers" virsh -q -c "$uri" uri
}
ip link set lo up
ip link add br0 type bridge
ip link set br0 up
cat >"$d/box.xml" <<XML
<domain type='lxc'><name>box</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type>exe</type><init>/bin/sleep</init><initarg>1000</initarg></os>
<devices><interface type='bridge'><source bridge='br0'/></interface><console type='pty'/></devices></domain>
XML

# --- what is seen ---------------------------------------------------------------------------------------------------
start_libvirtd
on_virsh define "$d/box.xml"
"$binary" serve --connect "$uri" --interval 500ms >"$d/agent.log" 2>&1 &
until_true "the container is off" shows 'libvirt_domain_state{domain="box",state="shutoff"} 1'
virsh -q -c "$uri" start box >"$d/virsh.log" 2>&1 ||
    fail "no container starts here: its cgroups are not there or not writable, or a container must not hold containers"
until_true "it runs" shows 'libvirt_domain_state{domain="box",state="running"} 1'
until_true "its start was heard" shows 'libvirt_domain_events_total{detail="started_booted",domain="box",.*} 1'
for family in info_cpu_time_seconds_total cpu_user_seconds_total info_memory_usage_bytes info_maximum_memory_bytes \
    memory_stats_rss_bytes info_virtual_cpus interface_stats_info interface_stats_receive_bytes_total; do
    until_true "libvirt_domain_$family" shows "libvirt_domain_$family{domain=\"box\""
done
until_true "no swap_in, which is none there" shows_not libvirt_domain_memory_stats_swap_in
on_virsh suspend box
until_true "it is paused" shows 'libvirt_domain_state{domain="box",state="paused"} 1'
on_virsh resume box
until_true "it runs" shows 'libvirt_domain_state{domain="box",state="running"} 1'
kill -KILL "$(cat "$d/libvirtd.pid")"
until_true "libvirt is down" shows 'libvirt_up 0'
start_libvirtd
until_true "libvirt is up" shows 'libvirt_up 1'
until_true "the container ran on" shows 'libvirt_domain_state{domain="box",state="running"} 1'
on_virsh destroy box
until_true "it is off" shows 'libvirt_domain_state{domain="box",state="shutoff"} 1'
until_true "its end was heard" shows 'libvirt_domain_events_total{detail="stopped_destroyed",domain="box",.*} 1'
until_true "its interface has gone" shows_not 'libvirt_domain_interface_stats_info'
page | promtool check metrics || fail "promtool objects to the page"
page | grep -e '^virtwarden_capability' -e '^libvirt_versions_info'
