# SPDX-License-Identifier: Apache-2.0
"""An unprivileged libvirtd in a temporary directory, with running TCG domains that use no CPU time of their own.

The same recipe as Tests/TestHosts/PrivateLibvirtd.swift: a session daemon whose HOME and XDG folders point into one
directory, run as nobody when the caller is root. keeper.py ends it."""
import concurrent.futures
import os
import shutil
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
QEMU_CONF = 'security_driver = "none"\nstdio_handler = "file"\ncgroup_controllers = []\n'
DAEMON_CONF = """unix_sock_dir = "{0}/s"
auth_unix_ro = "none"
auth_unix_rw = "none"
max_clients = 200
log_outputs = "3:file:{0}/libvirtd.log"
"""
# The reset vector is 16 bytes from the end: cli; hlt; jump back to the hlt.
ROM = b"\xf4" * 0xFFF0 + b"\xfa\xf4\xeb\xfd" + b"\xf4" * 12


class PrivateHost:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="vwb-", dir="/tmp")
        self.socket = self.folder + "/s/libvirt-sock"
        self.uri = self.uri_of(self.socket)
        self.uid = 65534 if os.geteuid() == 0 else os.geteuid()
        self.environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
                            "HOME": self.folder}
        for name in ("RUNTIME_DIR", "CONFIG_HOME", "CACHE_HOME", "DATA_HOME"):
            self.environment["XDG_" + name] = "%s/%s" % (self.folder, name.split("_")[0].lower())
        self.keeper = None
        try:
            self.fill()
            self.start_daemon()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def uri_of(path):
        return "qemu+unix:///session?socket=" + path

    def fill(self):
        for name in ("s", "runtime", "config", "config/libvirt", "cache", "data"):
            os.mkdir("%s/%s" % (self.folder, name))
        self.write("config/libvirt/qemu.conf", QEMU_CONF.encode())
        self.write("libvirtd.conf", DAEMON_CONF.format(self.folder).encode())
        self.write("idle.rom", ROM)
        for root, folders, files in os.walk(self.folder):
            for name in [""] + folders + files:
                os.chown(os.path.join(root, name), self.uid, -1)

    def start_daemon(self):
        keeper = os.path.dirname(os.path.abspath(__file__)) + "/keeper.py"
        self.keeper = subprocess.Popen(
            [sys.executable, keeper, self.folder, str(self.uid), "libvirtd",
             "-f", self.folder + "/libvirtd.conf", "-p", self.folder + "/libvirtd.pid"],
            env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        end = time.monotonic() + 20
        while True:
            with socket.socket(socket.AF_UNIX) as client:
                if client.connect_ex(self.socket) == 0:
                    return
            if time.monotonic() > end:
                log = self.folder + "/libvirtd.log"
                text = open(log).read()[-2000:] if os.path.exists(log) else "it is not there, or says nothing"
                raise RuntimeError("libvirtd does not start: " + text)
            time.sleep(0.05)

    def write(self, name, content):
        path = "%s/%s" % (self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, 0o644)
        return path

    def virsh(self, *words):
        done = subprocess.run(["virsh", "-q", "-c", self.uri, *words], env=self.environment, capture_output=True,
                              text=True, timeout=300)
        if done.returncode:
            raise RuntimeError("virsh %s: %s" % (" ".join(words), done.stderr.strip()))
        return done.stdout

    def start_domains(self, count):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(self.start_domain, range(count)))

    def start_domain(self, number):
        name = "bench-%04d" % number
        disk = self.write(name + ".raw", b"")
        os.truncate(disk, 1 << 20)
        os.chown(disk, self.uid, -1)
        xml = DOMAIN.format(name=name, vcpus=1 + number % 2, folder=self.folder)
        self.virsh("define", self.write(name + ".xml", xml.encode()))
        self.virsh("start", name)
        return name

    def pid(self, name):
        with open("%s/libvirt/qemu/run/%s.pid" % (self.environment["XDG_RUNTIME_DIR"], name)) as file:
            return int(file.read())

    def close(self):
        if self.keeper is None:
            return shutil.rmtree(self.folder)
        self.keeper.stdin.close()
        self.keeper.wait(30)
