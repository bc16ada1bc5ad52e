# SPDX-License-Identifier: Apache-2.0
"""An unprivileged libvirtd in a temporary directory, with running TCG domains that use no CPU time of their own.

The same recipe as Tests/TestHosts/PrivateLibvirtd.swift: a session daemon whose HOME and XDG folders point into one
directory, run as nobody when the caller is root."""
import concurrent.futures
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

DOMAIN = """<domain type='qemu'><name>{name}</name><memory unit='MiB'>16</memory><vcpu>{vcpus}</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><loader readonly='yes' type='rom'>{folder}/idle.rom</loader></os>
<devices><disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{folder}/{name}.raw'/>
<target dev='vda' bus='virtio'/></disk><interface type='user'><model type='virtio'/></interface>
<controller type='usb' model='none'/><memballoon model='virtio'/></devices></domain>"""


class PrivateHost:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="vwb-", dir="/tmp")
        self.socket = self.folder + "/s/libvirt-sock"
        self.uri = "qemu+unix:///session?socket=" + self.socket
        self.uid = 65534 if os.geteuid() == 0 else os.geteuid()
        self.environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
            "HOME": self.folder}
        for name in ("RUNTIME_DIR", "CONFIG_HOME", "CACHE_HOME", "DATA_HOME"):
            path = "%s/%s" % (self.folder, name.split("_")[0].lower())
            os.mkdir(path)
            self.environment["XDG_" + name] = path
        os.mkdir(self.folder + "/s")
        os.mkdir(self.folder + "/config/libvirt")
        self.write("config/libvirt/qemu.conf",
                   b'security_driver = "none"\nstdio_handler = "file"\ncgroup_controllers = []\n')
        self.write("libvirtd.conf", (
            'unix_sock_dir = "{0}/s"\nauth_unix_ro = "none"\nauth_unix_rw = "none"\n'
            'max_clients = 200\nlog_outputs = "3:file:{0}/libvirtd.log"\n').format(self.folder).encode())
        # The reset vector is 16 bytes from the end: cli; hlt; jump back to the hlt.
        self.write("idle.rom", b"\xf4" * 0xFFF0 + b"\xfa\xf4\xeb\xfd" + b"\xf4" * 12)
        for root, folders, files in os.walk(self.folder):
            for name in [""] + folders + files:
                os.lchown(os.path.join(root, name), self.uid, self.uid if os.geteuid() == 0 else -1)
        command = [sys.executable, os.path.abspath(__file__), str(self.uid), "libvirtd",
                   "-f", self.folder + "/libvirtd.conf", "-p", self.folder + "/libvirtd.pid"]
        self.launcher = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 20
        while not self.accepts():
            if time.monotonic() > end or self.launcher.poll() is not None:
                log = self.folder + "/libvirtd.log"
                text = open(log).read()[-2000:] if os.path.exists(log) else ""
                self.close()
                raise SystemExit("libvirtd does not start: " + text)
            time.sleep(0.05)

    def write(self, name, content):
        with open("%s/%s" % (self.folder, name), "wb") as file:
            file.write(content)
        os.chmod(file.name, 0o644)

    def accepts(self):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(self.socket) == 0

    def virsh(self, *words):
        done = subprocess.run(["virsh", "-q", "-c", self.uri, *words], env=self.environment, capture_output=True,
                              text=True, timeout=300)
        if done.returncode:
            raise RuntimeError("virsh %s: %s" % (" ".join(words), done.stderr.strip()))
        return done.stdout

    def start_domains(self, count):
        def start(number):
            name = "bench-%04d" % number
            self.write(name + ".raw", b"")
            os.truncate("%s/%s.raw" % (self.folder, name), 1 << 20)
            os.chown("%s/%s.raw" % (self.folder, name), self.uid, -1)
            xml = DOMAIN.format(name=name, vcpus=1 + number % 2, folder=self.folder)
            self.write(name + ".xml", xml.encode())
            self.virsh("define", "%s/%s.xml" % (self.folder, name))
            self.virsh("start", name)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(start, range(count)))

    def pid(self, name):
        with open("%s/libvirt/qemu/run/%s.pid" % (self.environment["XDG_RUNTIME_DIR"], name)) as file:
            return int(file.read())

    def processes(self):
        """The libvirtd and the QEMUs of this directory, by their command lines."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                with open("/proc/%s/comm" % entry) as file:
                    name = file.read()
                with open("/proc/%s/cmdline" % entry, "rb") as file:
                    words = file.read()
            except OSError:
                continue
            if name.startswith(("qemu-system", "libvirtd")) and (self.folder + "/").encode() in words:
                found.append(int(entry))
        return found

    def close(self):
        end = time.monotonic() + 10
        while (left := self.processes()) and time.monotonic() < end:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        self.launcher.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def launch(uid, command):
    """Starts libvirtd and reaps what it leaves: libvirt sees a QEMU's end only when no zombie of it is left."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)
    drop = {"user": uid, "group": uid, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.Popen(command, **drop)
    try:
        while True:
            os.wait()
    except ChildProcessError:
        os._exit(0)


if __name__ == "__main__":
    launch(int(sys.argv[1]), sys.argv[2:])
