# SPDX-License-Identifier: Apache-2.0
"""From SIGKILL of a QEMU to the alert, to the message at a receiver, and to the call that starts the domain again."""
import http.server
import json
import os
import random
import signal
import threading
import time

from steady import DETAILS, INTERVAL, percentile

KILLS = 30
SETTLE = 0.5
# Early evaluations of a rule group rest for a second: each kill waits until that rest is surely over.
REST = 1.1
LIMIT = 30

CONFIGURATION = """connections: [{{name: local, uri: "{uri}"}}]
sampling: {{interval: {interval_ms:g}ms, monitor_interval: {interval_ms:g}ms, collectors: {{{details}}}}}
state: {{directory: {folder}/state}}
rule_files: [{folder}/rules.yml]
receivers: [{{name: bench, webhook: {{url: "http://127.0.0.1:{port}/"}}}}]
routes: [{{match: [], to: bench, group_by: [domain]}}]
remediation:
  mode: auto
  # Kills that come one after another are no storm here.
  limits: {{concurrent: 10, steps_per_minute: 1000, repairs_per_hour: 10000, storm: {{failures: 1000, shared: 1000}}}}
  policies:
    - name: bench
      match: {{domains: ["*"]}}
      on: {{causes: [hypervisor-crash, lost]}}
      settle: {settle_ms:g}ms
      verify: 1s
      ladder: [start 30s]
      budget: {{attempts: 1000, window: 1h, stable_for: 1s}}
      backoff: {{base: 100ms, factor: 2, max: 1s, jitter: 0}}
"""
RULES = b"""groups:
  - name: bench
    rules:
      - alert: DomainOff
        expr: libvirt_domain_state{state="shutoff"} == 1
"""


class Receiver:
    """Notes when a message names a domain as firing."""

    def __init__(self):
        self.told = told = []  # (time, domain)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                now = time.monotonic()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                for alert in json.loads(body)["alerts"]:
                    if alert["status"] == "firing":
                        told.append((now, alert["labels"].get("domain")))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def write_configuration(host, uri, port):
    host.write("rules.yml", RULES)
    text = CONFIGURATION.format(uri=uri, interval_ms=INTERVAL * 1000, folder=host.folder, port=port,
                                settle_ms=SETTLE * 1000,
                                details=", ".join(name + ": off" for name in DETAILS))
    return host.write("config.yml", text.encode())


def first(noted, domain, since):
    return next((when for when, name in noted if name == domain and when >= since), None)


def first_line(agent, domain, since, matches):
    return next((when for when, line in agent.lines if when >= since and matches(line, domain)), None)


def is_alert(line, domain):
    return line["message"] == "alert firing" and 'domain="%s"' % domain in line["alert"]


def is_repaired(line, domain):
    return line["message"] == "decision" and line["domain"] == domain and line["outcome"] == "succeeded"


def kill(host, agent, proxy, receiver, domain):
    """Kills one domain's QEMU and returns seconds from there to each thing that follows; None for what does not."""
    pid = host.pid(domain)
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    while first_line(agent, domain, began, is_repaired) is None and time.monotonic() < began + LIMIT:
        time.sleep(0.01)
    found = {
        "event": first(proxy.stops, domain, began), "alert": first_line(agent, domain, began, is_alert),
        "told": first(receiver.told, domain, began), "start": first(proxy.starts, domain, began)}
    return {what: None if when is None else when - began for what, when in found.items()}


def measure_events(host, agent, proxy, receiver, domains):
    runs = []
    for number in range(KILLS):
        time.sleep(REST + random.random() * 0.3)
        runs.append(kill(host, agent, proxy, receiver, domains[number % len(domains)]))
    figures = {"kills": KILLS, "missed": sum(None in run.values() for run in runs), "settle_ms": SETTLE * 1000}
    whole = [run for run in runs if None not in run.values()]
    series = {
        "event": [run["event"] for run in whole], "alert": [run["alert"] for run in whole],
        "told": [run["told"] for run in whole], "start": [run["start"] - SETTLE for run in whole],
        "alert_own": [run["alert"] - run["event"] for run in whole],
        "start_own": [run["start"] - SETTLE - run["event"] for run in whole]}
    for what, seconds in series.items():
        for percent in (50, 99):
            figures["%s_p%d_ms" % (what, percent)] = percentile(seconds, percent) * 1000 if seconds else None
    return figures
