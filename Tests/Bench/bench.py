#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench.py BINARY DOMAINS: what virtwarden does and costs at that many QEMU domains, as Markdown and a line of JSON."""
import json
import os
import signal
import sys
import time

import events
import host_cost
import steady
from agent import Agent
from private_host import PrivateHost
from rpc_proxy import RpcProxy

BEGAN = time.monotonic()
NOTES = """
Events: {kills} kills, one at a time, {missed} of them not followed by alert, message and start. Times run from just
before SIGKILL. libvirt's event and the start call are seen by a proxy on libvirtd's socket, the alert is seen when its
log line is read, the message when a webhook has it. The settle time of {settle_ms:.0f} ms is taken off the start. A
kill comes when the rule group has rested, since early evaluations are at most one a second a group. libvirt looks every
200 ms whether a QEMU is gone (virProcessKillPainfully): its event comes some 10 or some 210 ms after SIGKILL.
CPU: of the whole process, over whole rounds, {interval:g} s apart, without scrapes. The floor makes the agent's two
bulk calls, with the same groups and NOWAIT, at the same rhythm over one kept connection, and drops the answers. For the
whole host both run at the same time, rounds of 10 s, half a round apart, with the virtual CPUs stopped.
/metrics: a new connection each time, more than a second after the last, so that the page is rendered for each; the
gzipped one follows at once and is only compressed. /-/healthy is one line: the rest is what a connection and the
machine's other work cost.
"""


def measure(host, binary, count):
    say("starting %d domains" % count)
    domains = host.start_domains(count)
    here = os.path.dirname(os.path.abspath(__file__))
    figures = {"domains": count}
    say("CPU, /metrics, memory")
    floor = steady.build_floor(here, host.folder)
    figures.update(steady.measure_cost(host, binary, floor, count))
    say("CPU of the whole host")
    figures.update(host_cost.measure(host, binary, floor, domains))
    proxy, receiver = RpcProxy(host.folder + "/proxy", host.socket), events.Receiver()
    path = events.write_configuration(host, host.uri_of(host.folder + "/proxy"), receiver.port)
    try:
        with Agent(binary, ["--config", path], log_level="info") as agent:
            agent.wait_for_domains(count)
            say("calls to libvirt")
            time.sleep(2 * steady.INTERVAL)
            figures.update(steady.measure_calls(agent, proxy))
            say("events")
            figures.update(events.measure_events(host, agent, proxy, receiver, domains))
            figures.update(auto_rss_mib=agent.memory("VmRSS"), auto_rss_peak_mib=agent.memory("VmHWM"))
    finally:
        receiver.close()
        proxy.close()
    return figures


def rows(f):
    def pair(what):
        values = [f["%s_p%d_ms" % (what, percent)] for percent in (50, 99)]
        return " / ".join("missing" if value is None else "%.1f ms" % value for value in values)

    calls = ", ".join("%g of %s" % (times, name) for name, times in sorted(f["calls_by_procedure"].items()))
    return [
        ("SIGKILL to the alert, p50 / p99", pair("alert"), "p99 under 100 ms"),
        ("SIGKILL to the start call, less the settle time, p50 / p99", pair("start"), "p99 under 100 ms"),
        ("SIGKILL to libvirt's event, p50 / p99", pair("event"), ""),
        ("libvirt's event to the alert, p50 / p99", pair("alert_own"), "p99 under 100 ms"),
        ("libvirt's event to the start call, less the settle time, p50 / p99", pair("start_own"), "p99 under 100 ms"),
        ("SIGKILL to the webhook, p50 / p99", pair("told"), ""),
        ("client CPU per round, times the floor's", "%.2f" % f["cpu_ratio"], "under 3"),
        ("client CPU per round", "%.2f ms" % f["agent_cpu_ms"], ""),
        ("floor's CPU per round", "%.2f ms" % f["floor_cpu_ms"], ""),
        ("floor's CPU per round, one after another", "%.2f ms" % f["floor_hot_cpu_ms"], ""),
        ("CPU of the whole host a round, the same information, times the floor's", "%.2f" % f["host_equal_ratio"],
         "at most 1.05"),
        ("CPU of the whole host a round, as configured by default, times the floor's", "%.2f" % f["host_default_ratio"],
         "at most 0.5"),
        *[("CPU a round, %s: client, libvirtd, QEMUs" % name, "%.1f, %.1f, %.1f ms" % tuple(
            f["host_%s_%s_ms" % (key, part)] for part in ("client", "libvirtd", "qemu")), "")
          for name, key in [("the floor", "floor"), ("the same information", "equal"), ("by default", "default")]],
        ("rounds that were left out", "%d" % f["skipped"], "0"),
        ("client CPU without rounds", "%.3f ms/s" % f["idle_cpu_ms_per_s"], ""),
        ("calls to libvirt per round", "%g (%s)" % (f["calls_per_round"], calls), ""),
        ("calls to libvirt in the busiest of ten rounds", "%d" % f["most_calls"], "at most 3"),
        ("/metrics, p50 / p99", pair("metrics"), "p99 under 5 ms"),
        ("/metrics gzipped, p50 / p99", pair("metrics_gzip"), ""),
        ("/-/healthy, p50 / p99", pair("healthy"), ""),
        ("/metrics size", "%d bytes, %d gzipped, %d series" % (
            f["metrics_bytes"], f["metrics_gzip_bytes"], f["series"]), ""),
        ("age of the samples that scrapes every 15 s find, p50 / most", "%.2f / %.2f s" % (
            f["sample_age_p50_s"], f["sample_age_most_s"]), "p50 under 0.5 s"),
        ("resident memory / its peak", "%.1f / %.1f MiB" % (f["rss_mib"], f["rss_peak_mib"]), "under 28 MiB"),
        ("of it anonymous", "%.1f MiB" % f["rss_anonymous_mib"], ""),
        ("the floor's resident memory", "%.1f MiB" % f["floor_rss_mib"], ""),
        ("resident memory / its peak with rules and repairs", "%.1f / %.1f MiB" % (
            f["auto_rss_mib"], f["auto_rss_peak_mib"]), "")]


def say(text):
    print("bench: %4.0f s: %s" % (time.monotonic() - BEGAN, text), file=sys.stderr, flush=True)


def end(*_):
    raise SystemExit(1)


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    host = PrivateHost()
    try:
        figures = measure(host, sys.argv[1], int(sys.argv[2]))
    finally:
        host.close()
    print("\n| at %d QEMU domains | measured | aim |\n| --- | --- | --- |" % figures["domains"])
    for row in rows(figures):
        print("| %s | %s | %s |" % row)
    print(NOTES.format(interval=steady.INTERVAL, **figures))
    print(json.dumps({
        what: round(value, 4) if isinstance(value, float) else value for what, value in figures.items()}))


if __name__ == "__main__":
    main()
