# SPDX-License-Identifier: Apache-2.0
"""keeper.py FOLDER UID COMMAND...: runs COMMAND as UID and ends all that comes of it, however the caller ends.

The end of standard input is the order to end: every process below is killed, then FOLDER is removed. As a subreaper it
adopts the domains' QEMUs and reaps them at once: libvirt sees a QEMU's end only when no zombie of it is left."""
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36


def children():
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open("/proc/%s/stat" % entry) as file:
                # The name, in parentheses, may hold anything; state and parent follow it.
                parent = int(file.read().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if entry.isdigit() and parent == os.getpid():
            found.append(int(entry))
    return found


def end_when_told():
    sys.stdin.buffer.read()
    while left := children():
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)


def keep(folder, uid, command):
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    drop = {"user": uid, "group": uid, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.Popen(command, stdin=subprocess.DEVNULL, **drop)
    ender = threading.Thread(target=end_when_told)
    ender.start()
    while ender.is_alive():
        try:
            os.wait()
        except ChildProcessError:
            ender.join(0.02)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    keep(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
