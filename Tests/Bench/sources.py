#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sources.py [DOMAINS [ROUNDS]]: what each source of a figure costs the host, as a Markdown table.

CPU milliseconds of one round over all domains, of libvirtd and of all the QEMUs together; sources.c makes the calls."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from private_host import PrivateHost  # noqa: E402


def build(folder):
    here = os.path.dirname(os.path.abspath(__file__))
    program = folder + "/sources"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libvirt"], capture_output=True, text=True, check=True)
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, here + "/sources.c", *flags.stdout.split()], check=True)
    return program


def measure(host, count, rounds):
    pids = [str(host.pid(name)) for name in host.start_domains(count)]
    with open(host.folder + "/libvirtd.pid") as file:
        daemon = file.read().strip()
    done = subprocess.run([build(host.folder), host.uri, str(rounds), daemon, *pids], env=host.environment,
                          capture_output=True, text=True, check=True)
    return [line.split(" ", 4) for line in done.stdout.splitlines()]


def main():
    count, rounds = [int(word) for word in (sys.argv[1:] + ["20", "50"][len(sys.argv) - 1:])]
    host = PrivateHost()
    try:
        rows = measure(host, count, rounds)
    finally:
        host.close()
    print("| %d domains, %d rounds | client ms | libvirtd ms | QEMUs ms |\n| --- | --- | --- | --- |" % (count, rounds))
    for client, daemon, qemus, failed, name in rows:
        note = " (%s calls failed)" % failed if failed != "0" else ""
        print("| %s%s | %s |" % (name, note, " | ".join("%.2f" % (int(one) / 1000) for one in (client, daemon, qemus))))


if __name__ == "__main__":
    main()
