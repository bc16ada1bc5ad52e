#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""repair.py BINARY SIMULATOR: how soon a repair begins among a thousand domains of libvirt's test driver, what repairs
do to sampling and events, what becomes of fifty QEMUs that are killed at once, and how fast the simulator is. Prints
Markdown and a line of JSON."""
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

from agent import Agent
from private_host import PrivateHost
from rpc_proxy import RpcProxy
from steady import percentile

DOMAINS = 1000
INCIDENTS = 300
SECONDS = 30
KILLED = 50
COOLDOWN = 5
DOMAIN = """<domain type='test'><name>d{0}</name><uuid>00000000-0000-0000-0000-{0:012x}</uuid><memory>8192</memory>
<vcpu>1</vcpu><os><type>hvm</type></os></domain>
"""
CONFIGURATION = """connections: [{{name: local, uri: "{uri}"}}]
sampling: {{interval: 1s}}
state: {{directory: {folder}/{name}}}
remediation:
  mode: auto
  limits: {limits}
  policies:
    - name: bench
      on: {{causes: [hypervisor-crash, panic, lost]}}
      settle: {settle}
      verify: 1s
      ladder: [start 30s]
      budget: {{attempts: 1000, window: 1h, stable_for: 1s}}
      backoff: {{base: 100ms, factor: 2, max: 1s, jitter: 0}}
"""
FREE = "{concurrent: 100, steps_per_minute: 1000, repairs_per_hour: 10000, storm: {failures: 1000, shared: 1000}}"
STORM = """{concurrent: 2, steps_per_minute: 1000, repairs_per_hour: 10000,
    storm: {failures: 5, shared: 1000, window: 60s, cooldown: %ds}}""" % COOLDOWN


class Shell:
    """One virsh on a connection of its own, which takes commands without waiting for their end."""

    def __init__(self, host, uri):
        self.process = subprocess.Popen(["virsh", "-q", "-c", uri], env=host.environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)

    def run(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def close(self):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdin.close()


def configure(host, name, uri, settle, limits):
    text = CONFIGURATION.format(uri=uri, folder=host.folder, name=name, settle=settle, limits=limits)
    return host.write(name + ".yml", text.encode())


def value(page, name):
    found = re.search(rb"^" + re.escape(name.encode()) + rb" (\S+)$", page, re.M)
    return float(found[1]) if found else None


def wait(what, limit, happened):
    end = time.monotonic() + limit
    while not happened():
        if time.monotonic() > end:
            raise RuntimeError("waited %d s in vain: %s" % (limit, what))
        time.sleep(0.02)


def shows(agent, name, number):
    try:
        return value(agent.scrape()[1], name) == number
    except OSError:
        return False


def define(host, uri):
    """The test driver's default host, which all clients of one daemon share while there is one; its own domain goes."""
    shell = Shell(host, uri)
    shell.run("destroy test")
    shell.run("undefine test")
    for number in range(DOMAINS):
        shell.run("define " + host.write("d%d.xml" % number, DOMAIN.format(number).encode()))
        shell.run("start d%d" % number)
    return shell


def first(noted, domain, since):
    return next((when for when, name in reversed(noted) if name == domain and when >= since), None)


def measure_first_action(host, proxy, shell):
    """From libvirt's event, as it passes on its way to the agent, to the call that starts the domain, in ms."""
    taken = []
    # Each domain once: a second failure soon after the first would wait for its backoff.
    for number in random.sample(range(DOMAINS), INCIDENTS):
        name = "d%d" % number
        began = time.monotonic()
        shell.run("dump --crash %s %s/core" % (name, host.folder))
        wait("%s is started" % name, 20, lambda: first(proxy.starts, name, began))
        taken.append((first(proxy.starts, name, began) - first(proxy.stops, name, began)) * 1000)
        time.sleep(random.uniform(0.02, 0.2))
    return taken


def is_stop(line, domain):
    return line["message"] == "event" and line["domain"] == domain and line["detail"] == "stopped_destroyed"


def measure_rounds(agent, proxy, shell):
    """For a while: how long rounds take, and from an event to its line in the log, both in ms."""
    rounds, events = [], []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        name = "d%d" % random.randrange(DOMAINS // 2)
        began, seen = time.monotonic(), len(agent.lines)
        shell.run("destroy " + name)
        wait("the end of %s is heard" % name, 20, lambda: any(is_stop(line, name) for _, line in agent.lines[seen:]))
        told = next(when for when, line in agent.lines[seen:] if is_stop(line, name))
        events.append((told - first(proxy.stops, name, began)) * 1000)
        shell.run("start " + name)
        rounds.append(value(agent.scrape()[1], "virtwarden_sample_duration_seconds") * 1000)
        time.sleep(0.3)
    return rounds, events


class Crashes(threading.Thread):
    """Crashes of the other half of the domains, some twelve a second, until it is told to end."""

    def __init__(self, host, shell):
        super().__init__(daemon=True)
        self.host, self.shell, self.goes_on = host, shell, True
        self.start()

    def run(self):
        while self.goes_on:
            self.shell.run("dump --crash d%d %s/core" % (random.randrange(DOMAINS // 2, DOMAINS), self.host.folder))
            time.sleep(0.08)


def measure_thousand(binary, figures):
    host = PrivateHost()
    proxy = None
    try:
        uri = "test+unix:///default?socket="
        shell = define(host, uri + host.socket)
        proxy = RpcProxy(host.folder + "/proxy", host.socket)
        path = configure(host, "thousand", uri + proxy.listener.getsockname(), "0s", FREE)
        with Agent(binary, ["--config", path], log_level="info") as agent:
            wait("all domains are shown", 120, lambda: shows(
                agent, 'libvirt_domains_by_state{state="running"}', DOMAINS))
            time.sleep(3)
            first_action = measure_first_action(host, proxy, shell)
            time.sleep(3)
            cpu = agent.cpu_seconds()
            calm = measure_rounds(agent, proxy, shell)
            cpu_calm = agent.cpu_seconds() - cpu
            other, begun = Shell(host, uri + host.socket), len(proxy.starts)
            crashes = Crashes(host, other)
            cpu = agent.cpu_seconds()
            busy = measure_rounds(agent, proxy, shell)
            crashes.goes_on = False
            crashes.join()
            repairs = len(proxy.starts) - begun
            figures["repairs_per_second"] = repairs / SECONDS
            figures["repair_cpu_ms"] = (agent.cpu_seconds() - cpu - cpu_calm) / repairs * 1000
            shell.close()
            other.close()
            figures["skipped"] = value(agent.scrape()[1], 'virtwarden_sampling_skipped_total{tier="1"}')
        for percent in (50, 99):
            figures["first_action_p%d_ms" % percent] = percentile(first_action, percent)
            for when, (rounds, events) in (("calm", calm), ("busy", busy)):
                figures["%s_round_p%d_ms" % (when, percent)] = percentile(rounds, percent)
                figures["%s_event_p%d_ms" % (when, percent)] = percentile(events, percent)
    finally:
        if proxy:
            proxy.close()
        host.close()


def decisions(agent, **parts):
    return [(when, line) for when, line in list(agent.lines) if line["message"] == "decision" and all(
        line.get(key) == text for key, text in parts.items())]


def measure_storm(binary, figures):
    host = PrivateHost()
    proxy = None
    try:
        domains = host.start_domains(KILLED)
        proxy = RpcProxy(host.folder + "/proxy", host.socket)
        path = configure(host, "storm", host.uri_of(host.folder + "/proxy"), "3s", STORM)
        with Agent(binary, ["--config", path], log_level="info") as agent:
            agent.wait_for_domains(KILLED)
            began = time.monotonic()
            for pid in [host.pid(name) for name in domains]:
                os.kill(pid, signal.SIGKILL)
            wait("all are repaired", 300, lambda: len(decisions(agent, outcome="succeeded")) >= KILLED)
            time.sleep(3)
            starts = [name for _, name in proxy.starts]
            figures.update(
                storms=len(decisions(agent, cause="storm")), started=len(starts), once=len(set(starts)),
                first_start_s=proxy.starts[0][0] - began, last_start_s=proxy.starts[-1][0] - began,
                running=len(host.virsh("list", "--name").split()))
    finally:
        if proxy:
            proxy.close()
        host.close()


def measure_simulator(simulator, figures):
    done = subprocess.run([simulator], capture_output=True, text=True, check=True, timeout=120)
    figures["domain_hours"], figures["simulated_calls"] = map(int, done.stdout.split())


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    f = {}
    measure_simulator(sys.argv[2], f)
    measure_storm(sys.argv[1], f)
    measure_thousand(sys.argv[1], f)
    print("| repair | measured | aim |\n| --- | --- | --- |")
    for name, text, aim in [
            ("%d domains, settle 0s: libvirt's event to the start call, p50 / p99" % DOMAINS,
             "%.1f / %.1f ms" % (f["first_action_p50_ms"], f["first_action_p99_ms"]), "p99 under 50 ms"),
            ("a round without repairs, p50 / p99", "%.1f / %.1f ms" % (f["calm_round_p50_ms"], f["calm_round_p99_ms"]), ""),
            ("a round with %.0f repairs a second, p50 / p99" % f["repairs_per_second"],
             "%.1f / %.1f ms" % (f["busy_round_p50_ms"], f["busy_round_p99_ms"]), "the same"),
            ("an event to its log line without repairs, p50 / p99",
             "%.1f / %.1f ms" % (f["calm_event_p50_ms"], f["calm_event_p99_ms"]), ""),
            ("the same with repairs, p50 / p99",
             "%.1f / %.1f ms" % (f["busy_event_p50_ms"], f["busy_event_p99_ms"]), "the same"),
            ("CPU of the agent for a repair", "%.1f ms" % f["repair_cpu_ms"], ""),
            ("rounds that were left out", "%d" % f["skipped"], "0"),
            ("%d QEMUs killed at once: storms told" % KILLED, "%d" % f["storms"], "1"),
            ("start calls, domains started, domains that run", "%d, %d, %d" % (f["started"], f["once"], f["running"]),
             "%d each" % KILLED),
            ("the first and the last start call after the kills", "%.1f s, %.1f s" % (
                f["first_start_s"], f["last_start_s"]), "the first after %d s" % COOLDOWN),
            ("the simulator: domain-hours a second of CPU", "{:,}".format(f["domain_hours"]), "100,000")]:
        print("| %s | %s | %s |" % (name, text, aim))
    print(json.dumps(f, sort_keys=True))


if __name__ == "__main__":
    main()
