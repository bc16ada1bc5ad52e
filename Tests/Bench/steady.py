# SPDX-License-Identifier: Apache-2.0
"""What the agent costs while nothing happens: CPU against the floor, /metrics, memory, calls to libvirt."""
import collections
import math
import os
import random
import subprocess
import time

from agent import Agent
from rpc_proxy import NAMES

INTERVAL = 2.0
ROUNDS = 12
SCRAPES = 100
SKIPPED = b"virtwarden_sampling_skipped_total"
HOT_ROUNDS = 7
IDLE_SECONDS = 10
SCRAPE_INTERVAL = 15.0
RHYTHM_SCRAPES = 16
LEARNING_SCRAPES = 5
SAMPLE_AGE = b"virtwarden_sample_age_seconds"


def percentile(values, percent):
    """The nearest rank: of 30 values, the 99th percentile is the largest."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def build_floor(here, folder):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libvirt"], capture_output=True, text=True, check=True)
    subprocess.run(["cc", "-O2", "-o", folder + "/floor", here + "/floor.c", *flags.stdout.split()], check=True)
    return folder + "/floor"


def ask_floor(floor, uri, rounds, pause, *tiers):
    """What the floor prints, as numbers."""
    done = subprocess.run([floor, uri, str(rounds), str(int(pause * 1000)), *map(str, tiers)], capture_output=True,
                          text=True, check=True, timeout=120)
    return list(map(int, done.stdout.split()))


def run_floor(floor, uri, rounds, pause):
    """CPU a round, in ms; records and typed parameters of the last one; resident memory in MiB."""
    nanoseconds, records, parameters, pages, _ = ask_floor(floor, uri, rounds, pause)
    return nanoseconds / 1e6, records, parameters, pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def measure_cost(host, binary, floor, count):
    """One agent without rules: scraped, so that its start is long over, then left alone. The floor runs before and
    after."""
    before, records, parameters, floor_rss = run_floor(floor, host.uri, ROUNDS // 2, INTERVAL)
    with Agent(binary, equal_information(host)) as agent:
        agent.wait_for_domains(count)
        figures = measure_scrapes(agent)
        figures.update(measure_rounds(agent))
        figures.update(rss_mib=agent.memory("VmRSS"), rss_anonymous_mib=agent.memory("RssAnon"),
                       rss_peak_mib=agent.memory("VmHWM"))
    after = run_floor(floor, host.uri, ROUNDS // 2, INTERVAL)[0]
    floor_ms = (before + after) / 2
    figures.update(
        floor_cpu_ms=floor_ms, cpu_ratio=figures["agent_cpu_ms"] / floor_ms, records=records, parameters=parameters,
        floor_rss_mib=floor_rss, floor_hot_cpu_ms=run_floor(floor, host.uri, HOT_ROUNDS, 0)[0],
        idle_cpu_ms_per_s=measure_idle(host, binary), **measure_ages(host, binary, count))
    return figures


# Collectors that ask for more than the floor does: one call or more for each domain, or of the host beside its domains.
DETAILS = ["block_job", "disk_error", "job", "message", "snapshot"]
HOST = ["host_interface", "network", "node", "node_device", "storage_pool"]


def equal_information(host, interval=INTERVAL):
    """Arguments of an agent that asks for what the floor asks for, as often."""
    path = host.write("equal.yml", ("sampling: {collectors: {%s}}\n" % ", ".join(
        name + ": off" for name in DETAILS + HOST)).encode())
    return ["--config", path, "--connect", host.uri, "--interval", "%gs" % interval,
            "--monitor-interval", "%gs" % interval]


def measure_rounds(agent):
    agent.wait_between_rounds(INTERVAL)
    began = agent.cpu_seconds()
    time.sleep(ROUNDS * INTERVAL)
    spent = agent.cpu_seconds() - began
    skipped = [float(line.split()[-1]) for line in series(agent.scrape()[1]) if line.startswith(SKIPPED)]
    return {"agent_cpu_ms": spent / ROUNDS * 1000, "skipped": sum(skipped)}


def series(body):
    return [line for line in body.splitlines() if not line.startswith(b"#")]


def measure_scrapes(agent):
    """Scrapes more than a second apart, each of a page that must be rendered anew; then at once the same gzipped.
    Between them a page of one line, which tells what a connection and the machine's other work cost alone."""
    plain, packed, least = [], [], []
    for _ in range(SCRAPES):
        time.sleep(0.55 + random.random() * 0.1)
        least.append(agent.scrape("/-/healthy")[0] * 1000)
        time.sleep(0.5)
        seconds, body = agent.scrape()
        plain.append(seconds * 1000)
        seconds, small = agent.scrape(encoding="gzip")
        packed.append(seconds * 1000)
    return {
        "metrics_p50_ms": percentile(plain, 50), "metrics_p99_ms": percentile(plain, 99),
        "metrics_gzip_p50_ms": percentile(packed, 50), "metrics_gzip_p99_ms": percentile(packed, 99),
        "healthy_p50_ms": percentile(least, 50), "healthy_p99_ms": percentile(least, 99),
        "metrics_bytes": len(body), "metrics_gzip_bytes": len(small), "series": len(series(body))}


def measure_idle(host, binary):
    """CPU of an agent whose next round is an hour away."""
    with Agent(binary, ["--connect", host.uri, "--interval", "1h"]) as agent:
        time.sleep(5)
        began = agent.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        return (agent.cpu_seconds() - began) / IDLE_SECONDS * 1000


def measure_calls(agent, proxy):
    """Calls a round, by procedure, over ten rounds."""
    rounds = 10
    agent.wait_between_rounds(INTERVAL)
    first, began = len(proxy.calls), time.monotonic()
    time.sleep(rounds * INTERVAL)
    calls = proxy.calls[first:]
    found = collections.Counter(procedure for _, procedure in calls)
    by_round = collections.Counter(int((when - began) / INTERVAL) for when, _ in calls)
    named = {("%d %s" % (number, NAMES.get(number, ""))).strip(): times / rounds for number, times in found.items()}
    return {"calls_per_round": len(calls) / rounds, "most_calls": max(by_round.values(), default=0),
            "calls_by_procedure": named}


def measure_ages(host, binary, count):
    """How old the samples are that scrapes in a steady rhythm find, by the agent's own figure on each page; the first
    scrapes, from which it learns the rhythm, left out."""
    with Agent(binary, ["--connect", host.uri]) as agent:
        agent.wait_for_domains(count)
        began, ages = time.monotonic(), []
        for number in range(1, RHYTHM_SCRAPES + 1):
            time.sleep(max(0, began + number * SCRAPE_INTERVAL - time.monotonic()))
            ages += [float(line.split()[-1]) for line in series(agent.scrape()[1]) if line.startswith(SAMPLE_AGE)]
    found = ages[LEARNING_SCRAPES:]
    return {"sample_age_p50_s": percentile(found, 50), "sample_age_most_s": max(found)}
