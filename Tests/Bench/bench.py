#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench.py BINARY FLOOR DOMAINS: what virtwarden costs at that many QEMU domains, as Markdown and a line of JSON.

CPU per round is that of the whole process from the kernel's scheduler statistics, over whole rounds, divided by the
number of rounds; the floor's is of the same bulk calls alone. Latency is of a new connection and a whole answer."""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

from private_host import PrivateHost

# state | cpu-total | balloon | vcpu | interface | block | perf | memory: what one round asks, both tiers together.
GROUPS = 0x17F
INTERVAL = 2.0
ROUNDS = 15
SCRAPES = 500


def cpu_seconds(pid):
    """CPU time of every thread that lives now; the agent's threads are not short-lived."""
    total = 0
    for thread in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/schedstat" % (pid, thread)) as file:
                total += int(file.read().split()[0])
        except OSError:
            continue
    return total / 1e9


def resident(pid, field):
    with open("/proc/%d/status" % pid) as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def scrape(port):
    began = time.perf_counter()
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.request("GET", "/metrics")
    answer = client.getresponse()
    body = answer.read()
    client.close()
    if answer.status != 200:
        raise RuntimeError("/metrics answers %d" % answer.status)
    return time.perf_counter() - began, body


def wait_for_domains(port, agent, count):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if agent.poll() is not None:
            raise RuntimeError("virtwarden ended with %d" % agent.returncode)
        try:
            if scrape(port)[1].count(b"\nlibvirt_domain_info_cpu_time_seconds_total{") >= count:
                return
        except (OSError, RuntimeError):
            pass
        time.sleep(0.2)
    raise RuntimeError("/metrics does not show %d running domains" % count)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def measure(host, binary, floor, count):
    port = free_port()
    agent = subprocess.Popen(
        [binary, "serve", "--connect", host.uri, "--listen", "127.0.0.1:%d" % port, "--interval",
         "%gs" % INTERVAL, "--log-level", "error"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        wait_for_domains(port, agent, count)
        time.sleep(2 * INTERVAL)
        before = cpu_seconds(agent.pid)
        time.sleep(ROUNDS * INTERVAL)
        round_ms = (cpu_seconds(agent.pid) - before) / ROUNDS * 1000
        took, size = [], 0
        for _ in range(SCRAPES):
            seconds, body = scrape(port)
            took.append(seconds * 1000)
            size = len(body)
            # 500 scrapes spread over several rounds, so that some meet a round that is running.
            time.sleep(0.01)
        figures = {"rss_mib": resident(agent.pid, "VmRSS"), "peak_mib": resident(agent.pid, "VmHWM")}
    finally:
        agent.send_signal(signal.SIGTERM)
        try:
            agent.wait(10)
        except subprocess.TimeoutExpired:
            agent.kill()
            agent.wait()
    words = subprocess.run([floor, host.uri, "50", hex(GROUPS)], capture_output=True, text=True, check=True).stdout
    nanoseconds, records, parameters = map(int, words.split())
    floor_ms = nanoseconds / 1e6
    figures.update({
        "domains": count, "records": records, "parameters": parameters, "floor_cpu_ms": floor_ms,
        "round_cpu_ms": round_ms, "cpu_ratio": round_ms / floor_ms, "metrics_bytes": size,
        "metrics_p50_ms": percentile(took, 50), "metrics_p99_ms": percentile(took, 99)})
    return figures


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    binary, floor, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    host = PrivateHost()
    try:
        host.start_domains(count)
        figures = measure(host, binary, floor, count)
    finally:
        host.close()
    rows = [
        ("client CPU per round, times the floor's", "%.2f" % figures["cpu_ratio"], "at most 5"),
        ("client CPU per round", "%.2f ms" % figures["round_cpu_ms"], ""),
        ("floor's CPU per round", "%.2f ms" % figures["floor_cpu_ms"], ""),
        ("/metrics p50", "%.2f ms" % figures["metrics_p50_ms"], ""),
        ("/metrics p99", "%.2f ms" % figures["metrics_p99_ms"], "under 5 ms"),
        ("/metrics size", "%d bytes" % figures["metrics_bytes"], ""),
        ("resident memory", "%.1f MiB" % figures["rss_mib"], "under 28 MiB"),
        ("resident memory, peak", "%.1f MiB" % figures["peak_mib"], "")]
    print("\n| at %d QEMU domains | measured | aim |\n| --- | --- | --- |" % count)
    for row in rows:
        print("| %s | %s | %s |" % row)
    print("\n" + json.dumps(figures))


if __name__ == "__main__":
    main()
