#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hang.py BINARY [DOMAINS]: one QEMU of a private libvirtd is stopped (SIGSTOP) while an agent is scraped. Prints
Markdown and a line of JSON."""
import json
import re
import subprocess
import sys
import time

import steady
from agent import Agent
from private_host import PrivateHost

INTERVAL = 2.0
SECONDS = 60
STAMP = re.compile(rb'^libvirt_domain_sample_timestamp_seconds{domain="([^"]+)"} (\S+)$', re.M)


def watch(agent, host, healthy):
    """Scrapes for a minute; how long each took, how old the oldest of the healthy domains' figures was, how many calls
    were held, how long `virsh dominfo` of a healthy domain took."""
    scrapes, ages, held, dominfo = [], [], [], []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(0.25)
        seconds, page = agent.scrape()
        scrapes.append(seconds * 1000)
        now = time.time()
        stamps = {name.decode(): float(stamp) for name, stamp in STAMP.findall(page)}
        ages.append(max(now - stamps.get(name, 0) for name in healthy))
        held.append(float(re.search(rb"^virtwarden_lanes_written_off (\S+)$", page, re.M)[1]))
        if len(scrapes) % 20 == 0:
            began = time.monotonic()
            host.virsh("dominfo", healthy[0])
            dominfo.append((time.monotonic() - began) * 1000)
    return {"scrape_p50_ms": steady.percentile(scrapes, 50), "scrape_max_ms": max(scrapes), "scrapes": len(scrapes),
            "oldest_s": max(ages), "held": max(held), "dominfo_max_ms": max(dominfo)}


def measure(host, binary, count):
    domains = host.start_domains(count)
    stuck, healthy = domains[0], domains[1:]
    with Agent(binary, ["--connect", host.uri, "--interval", "%gs" % INTERVAL, "--monitor-interval",
                        "%gs" % INTERVAL]) as agent:
        agent.wait_for_domains(count)
        time.sleep(2 * INTERVAL)
        subprocess.run(["kill", "-STOP", str(host.pid(stuck))], check=True)
        try:
            figures = watch(agent, host, healthy)
        finally:
            subprocess.run(["kill", "-CONT", str(host.pid(stuck))], check=True)
        began = time.monotonic()
        while b'libvirt_domain_timed_out{domain="%s"} 0' % stuck.encode() not in agent.scrape()[1]:
            if time.monotonic() - began > 60:
                raise RuntimeError("the domain is not well again")
            time.sleep(0.1)
        figures.update(back_s=time.monotonic() - began, domains=count)
    return figures


def main():
    host = PrivateHost()
    try:
        f = measure(host, sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20)
    finally:
        host.close()
    for name, text, aim in [
            ("one of %d QEMUs stopped, %d scrapes: p50, longest" % (f["domains"], f["scrapes"]),
             "%.1f, %.1f ms" % (f["scrape_p50_ms"], f["scrape_max_ms"]), "under 20 ms"),
            ("oldest figure of another domain, rounds %g s apart" % INTERVAL, "%.1f s" % f["oldest_s"],
             "two intervals, and the deadline of 3 s once"),
            ("libvirt's workers held", "%d" % f["held"], "1"),
            ("virsh dominfo of another domain, longest", "%.0f ms" % f["dominfo_max_ms"], "under 1 s"),
            ("well again after SIGCONT", "%.1f s" % f["back_s"], "a round")]:
        print("| %s | %s | %s |" % (name, text, aim))
    print(json.dumps(f, sort_keys=True))


if __name__ == "__main__":
    main()
