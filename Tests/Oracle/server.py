# SPDX-License-Identifier: Apache-2.0
"""A Prometheus of our own that holds the corpus's series."""

import json
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import http.client

import corpus


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def block(number, content):
    """A field of protobuf that has a length."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def bits(text):
    if text == "stale":
        return struct.pack("<Q", corpus.STALE)
    if text.lower() == "nan":
        return struct.pack("<Q", 0x7FF8000000000001)
    return struct.pack("<d", float(text))


def write_request(series):
    """A remote-write request's body before compression: prometheus.WriteRequest."""
    out = bytearray()
    for one in series:
        content = bytearray()
        for name, value in sorted(one.labels.items()):
            content += block(1, block(1, name.encode()) + block(2, value.encode()))
        for when, text in one.points:
            content += block(2, b"\x09" + bits(text) + b"\x10" + varint(when))
        out += block(1, bytes(content))
    return bytes(out)


def snappy(data):
    """Snappy's block format, with nothing but literals."""
    out = bytearray(varint(len(data)))
    for start in range(0, len(data), 65536):
        piece = data[start:start + 65536]
        out += b"\xf4" + struct.pack("<H", len(piece) - 1) + piece
    return bytes(out)


class Server:
    def __init__(self):
        if not shutil.which("prometheus"):
            raise SystemExit("there is no prometheus in PATH: packaging/setup.sh test installs it")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vw-oracle-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (self.folder / "prometheus.yml").write_text("{}\n")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/tsdb",
             f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-remote-write-receiver"],
            stdout=subprocess.DEVNULL, stderr=(self.folder / "log").open("w"))
        self.link = http.client.HTTPConnection("127.0.0.1", self.port)

    def __enter__(self):
        for _ in range(200):
            try:
                if self.ask("GET", "/-/ready")[0] == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.05)
        self.__exit__()
        raise SystemExit("prometheus does not get ready")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    def ask(self, method, path, body=None, headers={}):
        try:
            self.link.request(method, path, body, headers)
            answer = self.link.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.link.close()
            raise

    def load(self, series):
        # One request, because the server takes no sample that is much older than those of an earlier one.
        status, text = self.ask(
            "POST", "/api/v1/write", snappy(write_request(series)),
            {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf",
             "X-Prometheus-Remote-Write-Version": "0.1.0"})
        if status != 204:
            raise SystemExit(f"prometheus takes no series: {status} {text.decode()}")

    def evaluate(self, case):
        seconds = [f"{time // 1000}.{time % 1000:03}" if time >= 0 else f"{time / 1000:.3f}" for time in case.times]
        names = ("time",) if len(case.times) == 1 else ("start", "end", "step")
        path = "/api/v1/query" if len(case.times) == 1 else "/api/v1/query_range"
        body = urllib.parse.urlencode({"query": case.expression, **dict(zip(names, seconds))})
        _, text = self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return json.loads(text)
