# SPDX-License-Identifier: Apache-2.0
"""What a round costs the whole host: CPU of the client, of libvirtd and of all the domains' QEMUs."""
import subprocess
import time

import steady
from agent import Agent

ROUND = 10.0
ROUNDS = 12
# The floor's part of a round begins one second before its calls, and is long enough for them; the rest is the agent's.
LEAD = 1.0
FLOOR_PART = 3.0
IDLE = 30.0


def clock(pid):
    """The CPU clock of a whole process, ended threads too (`clock_getcpuclockid`), in milliseconds."""
    return time.clock_gettime_ns(~pid << 3 | 2) / 1e6


class Clocks:
    """Those of libvirtd and of the QEMUs of a private host."""

    def __init__(self, host, domains):
        with open(host.folder + "/libvirtd.pid") as file:
            self.daemon = int(file.read())
        self.domains = [host.pid(name) for name in domains]

    def read(self, *clients):
        return (*map(clock, clients), clock(self.daemon), sum(clock(pid) for pid in self.domains))


def measure(host, binary, floor, domains):
    """The figures of an agent that asks for what the floor asks for, and of one that is left as it is, in milliseconds a
    round. The virtual CPUs are stopped: what idle emulated ones cost drifts by more than any row."""
    each(host, "suspend", domains)
    try:
        clocks = Clocks(host, domains)
        return summary({
            "equal": compare(host, binary, floor, clocks, steady.equal_information(host, ROUND)),
            "default": compare(host, binary, floor, clocks, ["--connect", host.uri])})
    finally:
        each(host, "resume", domains)


def each(host, command, domains):
    for name in domains:
        host.virsh(command, name)


def compare(host, binary, floor, clocks, arguments):
    """What the floor and an agent cost a round, each client, libvirtd and QEMUs, less what the host spends when nobody
    asks. Both run at the same time, half a round apart: what drifts on the host drifts for both, and the caches are as
    cold."""
    time.sleep(5)
    idle = spent(clocks, IDLE)
    with Agent(binary, arguments) as agent:
        agent.wait_for_domains(len(clocks.domains))
        # The start's own calls are over, and what is read once a minute has its place in the minutes measured.
        time.sleep(35)
        agent.wait_between_rounds(ROUND)
        began = time.monotonic()
        rival = subprocess.Popen([floor, host.uri, "1000", str(int(ROUND * 1000))], stdout=subprocess.DEVNULL)
        try:
            # The floor's first round is one of its own warming up.
            return pair(clocks, agent.process.pid, rival.pid, began + 2 * ROUND - LEAD, idle)
        finally:
            rival.kill()
            rival.wait()


def spent(clocks, seconds):
    """CPU time of libvirtd and of the QEMUs, in ms a second."""
    before = clocks.read()
    time.sleep(seconds)
    return tuple((new - old) / seconds for old, new in zip(before, clocks.read()))


def pair(clocks, agent, floor, began, idle):
    """What the two cost a round, the floor's first, from `began` on, which is the begin of the floor's part."""
    costs = {floor: [0, 0, 0], agent: [0, 0, 0]}
    time.sleep(began - time.monotonic())
    before = clocks.read(agent, floor)
    for number in range(ROUNDS):
        for pid, length in ((floor, FLOOR_PART), (agent, ROUND - FLOOR_PART)):
            end = began + number * ROUND + (FLOOR_PART if pid == floor else ROUND)
            time.sleep(end - time.monotonic())
            after = clocks.read(agent, floor)
            spends = [new - old for old, new in zip(before, after)]
            before = after
            # What a client does is its own whenever it does it.
            costs[agent][0] += spends[0]
            costs[floor][0] += spends[1]
            for place, rest in enumerate(idle, 1):
                costs[pid][place] += spends[place + 1] - rest * length
            if pid == floor and spends[0] > spends[1] * 2:
                raise RuntimeError("the agent's round met the floor's: they cannot be told apart")
    return [[value / ROUNDS for value in costs[pid]] for pid in (floor, agent)]


def summary(runs):
    figures = {}

    def note(name, costs):
        figures.update(zip(["host_%s_%s_ms" % (name, part) for part in ("client", "libvirtd", "qemu")], costs))
        figures["host_%s_ms" % name] = sum(costs)

    note("floor", [sum(values) / len(runs) for values in zip(*(floor for floor, _ in runs.values()))])
    for name, (floor, agent) in runs.items():
        note(name, agent)
        figures["host_%s_ratio" % name] = sum(agent) / sum(floor)
        figures["client_%s_ratio" % name] = agent[0] / floor[0]
    return figures
