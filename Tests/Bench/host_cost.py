# SPDX-License-Identifier: Apache-2.0
"""What a round costs the whole host: CPU of the client, of libvirtd and of all the domains' QEMUs."""
import os
import subprocess
import time

import steady
from agent import Agent

ROUND = 10.0
ROUNDS = 6


def clock(pid):
    """The CPU clock of a whole process, ended threads too (`clock_getcpuclockid`), in seconds."""
    return time.clock_gettime_ns(~pid << 3 | 2) / 1e9


class Clocks:
    """Those of libvirtd and of the QEMUs of a private host."""

    def __init__(self, host, domains):
        with open(host.folder + "/libvirtd.pid") as file:
            self.daemon = int(file.read())
        self.domains = [host.pid(name) for name in domains]

    def read(self):
        return clock(self.daemon), sum(clock(pid) for pid in self.domains)


def measure(host, binary, floor, domains):
    """The figures of `compare`, with the virtual CPUs stopped: what idle emulated ones cost drifts by more than any row."""
    each(host, "suspend", domains)
    try:
        return compare(host, binary, floor, domains)
    finally:
        each(host, "resume", domains)


def each(host, command, domains):
    for name in domains:
        host.virsh(command, name)


def compare(host, binary, floor, domains):
    """Milliseconds a round of ten seconds: the floor, an agent that asks for the same, and one that is left as it is; each
    less what the host spends when nobody asks, which drifts and is therefore measured before each."""
    clocks = Clocks(host, domains)
    time.sleep(5)
    idle = spent(clocks, None)
    process = subprocess.Popen([floor, host.uri, str(ROUNDS * 6), str(int(ROUND * 1000))], stdout=subprocess.DEVNULL)
    try:
        time.sleep(3.5 * ROUND)
        floor_cost = spent(clocks, process.pid, idle)
    finally:
        process.kill()
        process.wait()
    costs = {"floor": floor_cost}
    for name, arguments in [
            ("equal", steady.equal_information(host, ROUND)), ("default", ["--connect", host.uri])]:
        time.sleep(5)
        idle = spent(clocks, None)
        with Agent(binary, arguments) as agent:
            agent.wait_for_domains(len(domains))
            # The start's own calls are over, and what is read once a minute has its place in the minutes measured.
            time.sleep(35)
            costs[name] = spent(clocks, agent.process.pid, idle)
    figures = {}
    for name, (client, daemon, guests) in costs.items():
        figures.update({
            "host_%s_client_ms" % name: client, "host_%s_libvirtd_ms" % name: daemon,
            "host_%s_qemu_ms" % name: guests, "host_%s_ms" % name: client + daemon + guests})
    for name in ("equal", "default"):
        figures["host_%s_ratio" % name] = figures["host_%s_ms" % name] / figures["host_floor_ms"]
        figures["client_%s_ratio" % name] = figures["host_%s_client_ms" % name] / figures["host_floor_client_ms"]
    return figures


def spent(clocks, pid, idle=(0, 0, 0)):
    """CPU a round of client, libvirtd and QEMUs, in ms, less what the idle host spends."""
    before = (clock(pid) if pid else 0, *clocks.read())
    time.sleep(ROUNDS * ROUND)
    after = (clock(pid) if pid else 0, *clocks.read())
    return tuple((new - old) / ROUNDS * 1000 - rest for old, new, rest in zip(before, after, idle))
