#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lxc.sh BINARY: watches a real container of libvirt's LXC driver with the given binary, checks what it shows, and prints
# which calls the driver has. Needs root, and a machine that lets it mount and make cgroups; says so where it does not.
set -eu
binary=${1:?usage: lxc.sh BINARY}
driver=lxc
. "$(dirname "$0")/host.sh"
enter

# --- a host -------------------------------------------------------------------------------------------------------
private_folders
only_old_cgroups
use_drivers lxc
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
start_agent
until_true "the container is off" shows 'libvirt_domain_state{domain="box",state="shutoff"} 1'
virsh -q -c "$(uri)" start box >"$d/virsh.log" 2>&1 ||
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
check_page
