#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scale.py BINARY [DOMAINS]: thousands of domains of libvirt's test driver, over one kept connection to a private
libvirtd. Their statistics are read domain by domain, since that driver has nothing in bulk but their state. Prints
Markdown and a line of JSON."""
import json
import os
import re
import sys
import time

import steady
from agent import Agent
from private_host import PrivateHost

DOMAIN = """<domain type='test'><name>d{0}</name><uuid>00000000-0000-0000-0000-{0:012x}</uuid><memory>8192</memory>
<vcpu>2</vcpu><os><type>hvm</type></os><devices><disk type='file'><source file='/d/{0}a'/><target dev='vda'/></disk>
<disk type='file'><source file='/d/{0}b'/><target dev='vdb'/></disk><interface type='network'><source
network='default'/></interface><interface type='network'><source network='default'/></interface></devices></domain>
"""
NETWORK = """<network><name>default</name><bridge name='virbr0'/><ip address='192.168.122.1'
netmask='255.255.255.0'/></network>"""
SECONDS = 75


def measure(host, binary, count):
    host.write("node.xml", ("<node>%s%s</node>" % (NETWORK, "".join(map(DOMAIN.format, range(count))))).encode())
    os.chmod(host.folder + "/node.xml", 0o644)
    uri = "test+unix:///%s/node.xml?socket=%s" % (host.folder, host.socket)
    floor = steady.build_floor(os.path.dirname(os.path.abspath(__file__)), host.folder)
    figures = {"domains": count}
    figures["floor_cpu_ms"], _, _, pages, figures["floor_ms"] = steady.ask_floor(floor, uri, 5, 0, 1)
    figures["floor_cpu_ms"] /= 1e6
    figures["floor_ms"] /= 1e6
    figures["floor_rss_mib"] = pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    with Agent(binary, ["--connect", uri]) as agent:
        end = time.monotonic() + 60
        while True:
            try:
                if value(agent.scrape()[1], "libvirt_domains") == count:
                    break
            except OSError:
                pass
            if time.monotonic() > end:
                raise RuntimeError("not all domains are shown: %s" % agent.lines[-3:])
            time.sleep(1)
        durations, renders = [], []
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(3)
            seconds, page = agent.scrape()
            renders.append(seconds * 1000)
            durations.append(value(page, "virtwarden_sample_duration_seconds") * 1000)
        began = agent.cpu_seconds()
        time.sleep(30)
        figures.update(
            round_ms=steady.percentile(durations, 50), page_p50_ms=steady.percentile(renders, 50),
            page_max_ms=max(renders), page_bytes=len(page), series=len(steady.series(page)),
            cpu_ms_per_s=(agent.cpu_seconds() - began) / 30 * 1000,
            skipped=value(page, 'virtwarden_sampling_skipped_total{tier="1"}'),
            rss_mib=agent.memory("VmRSS"), rss_peak_mib=agent.memory("VmHWM"))
    figures["round_ratio"] = figures["round_ms"] / figures["floor_ms"]
    return figures


def value(page, name):
    found = re.search(rb"^" + re.escape(name.encode()) + rb" (\S+)$", page, re.M)
    return float(found[1]) if found else None


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    host = PrivateHost()
    try:
        f = measure(host, sys.argv[1], count)
    finally:
        host.close()
    for name, text, aim in [
            ("tier-1 round, times the floor's call", "%.2f" % f["round_ratio"], "under 3"),
            ("tier-1 round", "%.1f ms" % f["round_ms"], ""), ("the floor's call", "%.1f ms" % f["floor_ms"], ""),
            ("rounds that were left out", "%d" % f["skipped"], "0"),
            ("/metrics, %d series, %.1f MB: p50, longest" % (f["series"], f["page_bytes"] / 1e6),
             "%.0f ms, %.0f ms" % (f["page_p50_ms"], f["page_max_ms"]), "under 1 s at 400,000 series"),
            ("CPU, without scrapes", "%.1f ms a second" % f["cpu_ms_per_s"], ""),
            ("resident memory, most", "%.0f MiB, %.0f MiB" % (f["rss_mib"], f["rss_peak_mib"]), "at most 150 MiB"),
            ("the floor's resident memory", "%.0f MiB" % f["floor_rss_mib"], "")]:
        print("| %s | %s | %s |" % (name, text, aim))
    print(json.dumps(f, sort_keys=True))


if __name__ == "__main__":
    main()
