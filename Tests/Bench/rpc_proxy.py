# SPDX-License-Identifier: Apache-2.0
"""A unix socket between the agent and libvirtd that notes, with the time, each call up and each lifecycle event down.

A packet of libvirt's RPC is seven big-endian numbers of 4 bytes (length of the whole, program, version, procedure,
type, serial, status), then the payload in XDR. Keepalive is another program and is not noted."""
import os
import socket
import struct
import threading
import time

REMOTE = 0x20008086
CALL, MESSAGE = 0, 2
HEADER = 28
# Numbers of libvirt's src/remote/remote_protocol.x; the others are printed bare.
DOMAIN_CREATE, DOMAIN_EVENT_LIFECYCLE = 9, 318
NAMES = {227: "virNodeGetCPUStats", 228: "virNodeGetMemoryStats", 344: "virConnectGetAllDomainStats"}
STOPPED = 5


def text_at(packet, offset):
    length, = struct.unpack_from(">I", packet, offset)
    return packet[offset + 4:offset + 4 + length].decode()


class RpcProxy:
    def __init__(self, path, target):
        self.target = target
        self.calls = []  # (time, procedure)
        self.starts = []  # (time, domain)
        self.stops = []  # (time, domain)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o666)
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.target)
            except OSError:
                client.close()
                continue
            for ends in ((client, server, self.note_call), (server, client, self.note_message)):
                threading.Thread(target=self.pump, args=ends, daemon=True).start()

    def pump(self, source, sink, note):
        rest = bytearray()
        try:
            while data := source.recv(1 << 18):
                now = time.monotonic()
                sink.sendall(data)
                rest += data
                while len(rest) >= HEADER and len(rest) >= (length := struct.unpack_from(">I", rest)[0]):
                    _, program, _, procedure, kind = struct.unpack_from(">5I", rest)
                    if program == REMOTE:
                        note(now, procedure, kind, bytes(rest[:min(length, 512)]))
                    del rest[:length]
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def note_call(self, now, procedure, kind, packet):
        if kind == CALL:
            self.calls.append((now, procedure))
            if procedure == DOMAIN_CREATE:
                self.starts.append((now, text_at(packet, HEADER)))

    def note_message(self, now, procedure, kind, packet):
        # Callback id, domain, event, detail.
        if kind == MESSAGE and procedure == DOMAIN_EVENT_LIFECYCLE:
            if struct.unpack(">2I", packet[-8:])[0] == STOPPED:
                self.stops.append((now, text_at(packet, HEADER + 4)))

    def close(self):
        self.listener.close()
