#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# qemu.sh BINARY: watches a host that an ordinary user's libvirtd cannot be: networks of libvirt's own, with a dnsmasq that
# lends addresses, a domain on one of them that asks for an address (its network card's firmware does), a storage pool,
# the kernel's perf events and control groups. Checks what the given binary shows of it. Needs root.
set -eu
binary=${1:?usage: qemu.sh BINARY}
driver=qemu
. "$(dirname "$0")/host.sh"
enter

# --- a host -------------------------------------------------------------------------------------------------------
private_folders
use_drivers qemu network interface nodedev secret storage
# The one that is there tells of the interfaces of another network namespace.
mkdir "$d/cgroup"
mount --rbind /sys/fs/cgroup "$d/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$d/cgroup" /sys/fs/cgroup
only_old_cgroups
mkdir -p "$d/pool"
# The user that libvirt falls back to, which it looks up even when it is told of another.
add_line() {
    { cat "$1" && echo "$2"; } >"$d/lines-${1##*/}"
    mount --bind "$d/lines-${1##*/}" "$1"
}
add_line /etc/passwd libvirt-qemu:x:64055:64055::/:/bin/false
add_line /etc/group libvirt-qemu:x:64055:
cat >/etc/libvirt/qemu.conf <<CONF
security_driver = "none"
stdio_handler = "file"
user = "root"
group = "root"
cgroup_controllers = [ "cpu", "cpuacct" ]
namespaces = []
remember_owner = 0
CONF
# network NAME MODE N: defines and starts it, with 192.168.N.1 as the host's address
network() {
    case $2 in isolated) forward= ;; *) forward="<forward mode='$2'/>" ;; esac
    cat >"$d/$1.xml" <<XML
<network><name>$1</name>$forward<bridge name='virbr$3'/><ip address='192.168.$3.1' netmask='255.255.255.0'>
<dhcp><range start='192.168.$3.2' end='192.168.$3.99'/></dhcp></ip></network>
XML
    on_virsh net-define "$d/$1.xml"
    on_virsh net-start "$1"
}
mac=52:54:00:00:00:09
cat >"$d/box.xml" <<XML
<domain type='qemu'><name>box</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><boot dev='network'/></os>
<perf><event name='cpu_clock' enabled='yes'/><event name='page_faults' enabled='yes'/></perf>
<devices><interface type='network'><mac address='$mac'/><source network='lan'/><model type='virtio'/></interface>
<controller type='usb' model='none'/></devices></domain>
XML
cat >"$d/virtwarden.yml" <<YAML
sampling: {monitor_interval: 1s, slow_interval: 500ms, leases: true, volumes: true, collectors: {perf: on, address: 500ms}}
YAML

# --- what is seen ---------------------------------------------------------------------------------------------------
start_libvirtd
start_agent --config "$d/virtwarden.yml"
until_true "libvirt is up" shows 'libvirt_up 1'
network lan nat 150
network far route 151
network wide open 152
network alone isolated 153
for pair in lan:nat far:route wide:open alone:isolated; do
    name=${pair%:*}
    until_true "network $name: ${pair#*:}" shows "libvirt_network_info{.*forward_mode=\"${pair#*:}\",.*network=\"$name\""
    until_true "network $name is active" shows "libvirt_network_active{network=\"$name\"} 1"
    until_true "its start was heard" shows "libvirt_network_events_total{event=\"started\",network=\"$name\"} 1"
done
until_true "its bridge is one of the host's interfaces" shows 'libvirt_interface_info{interface="virbr150",.*type="bridge"'
until_true "nothing is lent" shows 'libvirt_network_dhcp_leases{network="lan"} 0'
on_virsh pool-create-as pool dir --target "$d/pool"
on_virsh vol-create-as pool disk.qcow2 1M --format qcow2
until_true "the pool" shows 'libvirt_storage_pool_info{.*pool="pool"'

on_virsh define "$d/box.xml"
on_virsh start box
until_true "its interface is on the network" shows \
    "libvirt_domain_interface_stats_info{domain=\"box\",.*mac_address=\"$mac\",.*network=\"lan\""
until_true "it has been lent an address" shows 'libvirt_network_dhcp_leases{network="lan"} 1'
until_true "the lease" shows \
    "libvirt_network_dhcp_lease_expiry_timestamp_seconds{address=\"192.168.150.[0-9]*\",mac=\"$mac\",network=\"lan\"} [0-9]"
until_true "the domain's address" shows \
    'libvirt_domain_address_info{address="192.168.150.[0-9]*",domain="box",family="ipv4",.*source="lease"'
for way in receive transmit; do
    until_true "its traffic: $way" shows \
        "libvirt_domain_interface_stats_${way}_bytes_total{domain=\"box\",target_device=\"vnet0\"} [1-9]"
done
until_true "the kernel's clock of its CPU time" shows \
    'libvirt_domain_perf_clock_seconds_total{domain="box",event="cpu_clock"} [0-9.e-]*[1-9]'
until_true "its page faults" shows 'libvirt_domain_perf_events_total{domain="box",event="page_faults"} [1-9]'
# What works for a domain outside its process (the kernel's threads for its network) counts in its control group alone,
# which only one of libvirt's two calls for CPU time reads. So does a loop that is put there.
groups=$(find /sys/fs/cgroup -type d -path '*box*' -name emulator)
group=$(echo "$groups" | grep cpuacct || echo "$groups")
if sh -c 'echo $$ >"$1/cgroup.procs" && exec timeout 3 sh -c "while :; do :; done"' sh "$group" 2>/dev/null; [ $? = 124 ]
then
    last=0
    for look in 1 2 3 4 5 6 7 8 9 10 11 12; do
        now=$(page | sed -n 's/^libvirt_domain_info_cpu_time_seconds_total{domain="box"} //p')
        awk "BEGIN { exit !($now >= $last) }" || fail "the domain's CPU time went back from $last to $now"
        last=$now
        sleep 0.25
    done
    echo "  seen: its CPU time never goes back"
else
    echo "  not seen, since a process cannot be put into its control group: whether its CPU time goes back"
fi
on_virsh destroy box
until_true "its figures have gone" shows_not 'libvirt_domain_perf'
on_virsh net-destroy lan
until_true "the network is not active" shows 'libvirt_network_active{network="lan"} 0'
until_true "its end was heard" shows 'libvirt_network_events_total{event="stopped",network="lan"} 1'
check_page
