# SPDX-License-Identifier: Apache-2.0
"""The agent under measurement: started, asked, read from /proc, ended."""
import http.client
import json
import signal
import socket
import subprocess
import threading
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Agent:
    """`virtwarden serve` with further arguments. Ends with the bench, even when that is killed."""

    def __init__(self, binary, arguments, log_level="error"):
        self.port = free_port()
        self.lines = []  # (when it was read, what the line holds)
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", binary, "serve", "--listen", "127.0.0.1:%d" % self.port,
             "--log-level", log_level, "--log-format", "json", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(5)

    def read_log(self):
        for line in self.process.stderr:
            now = time.monotonic()
            try:
                self.lines.append((now, json.loads(line)))
            except ValueError:
                self.lines.append((now, {"message": line.decode(errors="replace")}))

    def cpu_seconds(self):
        """The CPU clock of the whole process, ended threads too (`clock_getcpuclockid`)."""
        return time.clock_gettime_ns(~self.process.pid << 3 | 2) / 1e9

    def memory(self, field):
        """A field of /proc/PID/status, in MiB."""
        with open("/proc/%d/status" % self.process.pid) as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) / 1024
        raise RuntimeError("/proc/PID/status has no %s" % field)

    def scrape(self, path="/metrics", encoding="identity"):
        """Seconds from a new connection to the last byte of the page, and the body."""
        began = time.perf_counter()
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        client.request("GET", path, headers={"Accept-Encoding": encoding})
        answer = client.getresponse()
        body = answer.read()
        client.close()
        if answer.status != 200:
            raise RuntimeError("%s answers %d" % (path, answer.status))
        return time.perf_counter() - began, body

    def wait_for_domains(self, count):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError("virtwarden ended with %d: %s" % (self.process.returncode, self.lines))
            try:
                if self.scrape()[1].count(b"\nlibvirt_domain_block_stats_read_bytes_total{") >= count:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise RuntimeError("/metrics does not show %d running domains" % count)

    def wait_between_rounds(self, interval):
        """Returns in the middle between two rounds, so that whole intervals from here hold whole rounds."""
        end = time.monotonic() + 3 * interval
        last = self.cpu_seconds()
        while time.monotonic() < end:
            time.sleep(0.02)
            now = self.cpu_seconds()
            if now - last > 0.0003:
                break
            last = now
        time.sleep(interval / 2)
