#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""record.py BINARY FILE SECONDS INTERVAL: series of real QEMU domains over that time, for the store's bench.

Four emulated domains boot the Linux of `make setup-test` and work now and then, a fifth one idles without a system. The
agent samples all there is each INTERVAL seconds. FILE then holds, for each set of series that were sampled at the same
times, a line of the times and a line for each series: its name and labels, a tab, and the values as the page had them
(`=` for the value before)."""
import json
import os
import re
import shutil
import sys
import time

from agent import Agent
from private_host import PrivateHost

GUESTS = 4
GUEST = """<domain type='qemu'><name>{name}</name><memory unit='MiB'>160</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type><kernel>{folder}/vmlinux</kernel><initrd>{folder}/initramfs</initrd>
<cmdline>console=ttyS0 quiet panic=0 mitigations=off no_timer_check tsc=reliable random.trust_cpu=on</cmdline></os>
<features><acpi/></features><devices>
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{folder}/{name}.raw'/>
<target dev='vda' bus='virtio'/></disk><interface type='user'><model type='virtio'/></interface>
<serial type='file'><source path='{folder}/{name}.log'/></serial>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<controller type='usb' model='none'/><memballoon model='virtio'><stats period='1'/></memballoon>
</devices></domain>"""
# Bursts of writing and counting, with rests of another length in each guest.
WORK = "while :; do dd if=/dev/urandom of=/srv/f bs=4k count=$((RANDOM % 200)) conv=fsync; cat /srv/f >/dev/null; " \
       "i=0; while [ $i -lt $((RANDOM * {0})) ]; do i=$((i + 1)); done; sleep $((RANDOM % (5 * {0}))); done"
LINE = re.compile(r"^([^#\s{]+(?:\{.*\})?) (\S+) (\d+)$")


def start_guest(host, made, number):
    name = "guest-%d" % number
    for part in ("vmlinux", "initramfs"):
        path = "%s/%s" % (host.folder, part)
        if not os.path.exists(path):
            shutil.copy("%s/%s" % (made, part), path)
            os.chmod(path, 0o644)
    disk = host.write(name + ".raw", b"\0" * (8 << 20))
    os.chown(disk, host.uid, -1)
    xml = GUEST.format(name=name, folder=host.folder)
    host.virsh("define", host.write(name + ".xml", xml.encode()))
    host.virsh("start", name)
    return name


def set_to_work(host, name, number):
    """By the guest's agent, once it answers."""
    order = {"execute": "guest-exec",
             "arguments": {"path": "/bin/sh", "arg": ["-c", WORK.format(number + 1)]}}
    end = time.monotonic() + 120
    while True:
        try:
            return host.virsh("qemu-agent-command", "--domain", name, json.dumps(order))
        except RuntimeError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def configuration(host, interval):
    text = """connections: [{name: bench, uri: "%s"}]
sampling: {interval: %s, monitor_interval: %s, slow_interval: %s, guest_agent: true}
web: {timestamps: true}
""" % (host.uri, interval, interval, interval)
    return host.write("agent.yml", text.encode())


def record(agent, seconds):
    """The times and values of each series, as texts."""
    series = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for line in agent.scrape()[1].decode().splitlines():
            if not (match := LINE.match(line)):
                continue
            name, value, moment = match.groups()
            points = series.setdefault(name, [])
            if not points or points[-1][0] != moment:
                points.append((moment, value))
        time.sleep(0.2)
    return series


def write(series, path):
    groups = {}
    for name, points in series.items():
        groups.setdefault(tuple(moment for moment, _ in points), []).append((name, [value for _, value in points]))
    with open(path, "w") as file:
        for times, rows in groups.items():
            file.write("times\t%s\n" % " ".join(times))
            for name, values in rows:
                words = [value if not number or values[number - 1] != value else "="
                         for number, value in enumerate(values)]
                file.write("%s\t%s\n" % (name, " ".join(words)))
    print("record: %d series, %d samples" % (len(series), sum(map(len, series.values()))))


def main():
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    made = os.path.dirname(os.path.abspath(__file__)) + "/../../.build/guest/made-1"
    if not os.path.exists(made + "/initramfs"):
        raise SystemExit("no guest's kernel in %s: run \"make test\" once, which makes it" % made)
    host = PrivateHost()
    try:
        names = [start_guest(host, made, number) for number in range(GUESTS)]
        host.start_domain(0)
        for number, name in enumerate(names):
            set_to_work(host, name, number)
        with Agent(sys.argv[1], ["--config", configuration(host, sys.argv[4])]) as agent:
            agent.wait_for_domains(GUESTS + 1)
            write(record(agent, float(sys.argv[3])), sys.argv[2])
    finally:
        host.close()


if __name__ == "__main__":
    main()
