# SPDX-License-Identifier: Apache-2.0
"""delivery.py BINARY: how soon a receiver is told, what a queue of notifications costs, how fast it leaves."""
import json
import os
import re
import socket
import sys
import tempfile
import threading
import time

from agent import Agent
from steady import percentile

ALERTS = 300
GROUPS = 20
QUEUED = 10_000
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Sink:
    """An HTTP server that notes when each request had come in, and its body; it answers 200, or refuses connections."""

    def __init__(self):
        self.requests = []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d/" % self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.socket.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        data = b""
        while True:
            head = data.find(b"\r\n\r\n")
            found = LENGTH.search(data, 0, head) if head >= 0 else None
            end = head + 4 + int(found.group(1)) if found else None
            if end is None or len(data) < end:
                more = connection.recv(65_536)
                if not more:
                    return
                data += more
                continue
            self.requests.append((time.time(), data[head + 4:end]))
            data = data[end:]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def dead_url():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "http://127.0.0.1:%d/" % probe.getsockname()[1]


def write(folder, name, text):
    path = "%s/%s" % (folder, name)
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)
    return path


def configure(folder, name, rules, receivers):
    rules = write(folder, name + "-rules.yml", rules)
    return write(folder, name + ".yml", """
connections: [{name: local, uri: "test:///default"}]
sampling: {interval: 1s}
rule_files: [%s]
state: {directory: %s/%s}
%s
""" % (json.dumps(rules), folder, name, receivers))


def receiver(folder):
    return """
receivers: [{name: ops, webhook: {url_file: %s/url}}]
routes: [{to: ops, group_by: ['...']}]
""" % folder


def rule(number, expression):
    return "  - {alert: Bench, expr: '%s', labels: {number: '%d'}}\n" % (expression, number)


class Lateness(threading.Thread):
    """How late this machine wakes a thread that does nothing but sleep, in ms: what no agent could better."""

    def __init__(self):
        super().__init__(daemon=True)
        self.found = []
        self.start()

    def run(self):
        while True:
            due = time.monotonic() + 0.05
            time.sleep(0.05)
            self.found.append((time.monotonic() - due) * 1000)


def measure_latency(binary, folder):
    """From the time at which an alert fired, as its message says, to the end of the request at the receiver, in ms."""
    sink = Sink()
    write(folder, "url", sink.url)
    begin = time.time() + 3
    # Groups that are evaluated once a second, each at another moment of it; one alert of each fires at each.
    rules = "groups:\n"
    for group in range(GROUPS):
        rules += "- name: bench-%d\n  interval: 1s\n  rules:\n" % group
        rules += "".join(rule(n, "vector(time()) >= %.3f" % (begin + n // GROUPS)) for n in range(
            group, ALERTS, GROUPS))
    with Agent(binary, ["--config", configure(folder, "latency", rules, receiver(folder))]):
        end = begin + ALERTS / GROUPS + 15
        lateness = Lateness()
        while len(sink.requests) < ALERTS and time.time() < end:
            time.sleep(0.1)
    taken = []
    for arrived, body in list(sink.requests):
        for alert in json.loads(body)["alerts"]:
            text = alert["startsAt"]
            whole, fraction = text.rstrip("Z").split(".")
            fired = time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + fraction)
            taken.append((arrived - fired) * 1000)
    return dict(latency_alerts=len(taken), latency_p50_ms=percentile(taken, 50), latency_p99_ms=percentile(taken, 99),
                lateness_p99_ms=percentile(lateness.found, 99))


def settled_memory(agent):
    """Anonymous and whole resident memory once they grow no more."""
    last = None
    for _ in range(30):
        time.sleep(2)
        now = agent.memory("RssAnon")
        if last is not None and abs(now - last) < 0.2:
            break
        last = now
    return now


def queued_rules():
    return "groups:\n- name: bench\n  interval: 10s\n  rules:\n" + "".join(
        rule(number, "vector(1)") for number in range(QUEUED))


def measure_queue(binary, folder):
    """Memory with alerts that nobody is told of, then with a receiver that takes none; then how fast they leave."""
    with Agent(binary, ["--config", configure(folder, "nobody", queued_rules(), "")]) as agent:
        time.sleep(15)
        alone = settled_memory(agent)
    away = "alertmanagers: [{name: away, url: '%s'}]" % dead_url()
    with Agent(binary, ["--config", configure(folder, "away", queued_rules(), away)]) as agent:
        time.sleep(15)
        alertmanager = settled_memory(agent)
    sink = Sink()
    write(folder, "url", dead_url())
    with Agent(binary, ["--config", configure(folder, "queue", queued_rules(), receiver(folder))]) as agent:
        time.sleep(15)
        queued = settled_memory(agent)
        write(folder, "url", sink.url)
        end = time.time() + 400
        while len(sink.requests) < QUEUED and time.time() < end:
            time.sleep(0.2)
        times = [when for when, _ in sink.requests]
        time.sleep(3)
        skipped = sum(float(line.split()[-1]) for line in agent.scrape()[1].decode().splitlines()
                      if line.startswith("virtwarden_sampling_skipped_total"))
    numbers = {alert["labels"]["number"] for _, body in sink.requests for alert in json.loads(body)["alerts"]}
    return dict(queued=len(numbers), rounds_skipped=skipped, queue_more_rss_mib=queued - alone, alone_rss_mib=alone,
                alertmanager_more_rss_mib=alertmanager - alone,
                drain_per_second=(len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0)


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="vw-delivery-") as folder:
        figures = measure_latency(binary, folder)
        figures.update(measure_queue(binary, folder))
    print("| what | measured | goal |\n| --- | --- | --- |")
    for name, key, goal in [
            ("from firing to the request at the receiver, median (ms)", "latency_p50_ms", ""),
            ("the same, 99 of 100 (ms)", "latency_p99_ms", "< 20"),
            ("what a thread that only sleeps is late, 99 of 100 (ms)", "lateness_p99_ms", ""),
            ("memory for %d queued notifications (MiB)" % QUEUED, "queue_more_rss_mib", "< 20"),
            ("memory for %d alerts that an Alertmanager is owed (MiB)" % QUEUED, "alertmanager_more_rss_mib", "< 20"),
            ("notifications a second that leave", "drain_per_second", ">= 500"),
            ("sampling rounds, one a second, that were left out meanwhile", "rounds_skipped", "0")]:
        print("| %s | %.1f | %s |" % (name, figures[key], goal))
    print(json.dumps(figures))
    ok = (figures["latency_alerts"] == ALERTS and figures["latency_p99_ms"] < 20 and figures["queued"] == QUEUED
          and figures["rounds_skipped"] == 0 and figures["queue_more_rss_mib"] < 20
          and figures["alertmanager_more_rss_mib"] < 20 and figures["drain_per_second"] >= 500)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
