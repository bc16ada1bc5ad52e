// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
public import Glibc
import Synchronization

/// A real libvirtd with its QEMU driver, unprivileged, in a directory of its own, beside whatever the machine runs.
///
/// libvirtd run by a user other than root is a session daemon: it keeps everything under `HOME` and the XDG folders,
/// which point into one temporary directory here, needs no privileges and touches no host network. Tests that run as
/// root start it as the user id 65534 (nobody). Domains are TCG ones and need no /dev/kvm.
public final class PrivateLibvirtd: Sendable {
    /// Where libvirtd, its logs, its sockets and the domains' disks live.
    public let directory: OwnedDirectory
    /// For `virConnectOpen`; read-only connections use the same socket, as a session daemon has but one.
    public let uri: String
    let owner: UInt32?
    /// nil when it listens on its socket alone.
    let ports: ListeningPorts?
    let disks = Mutex<[String: (number: Int, kind: DomainKind)]>([:])
    private let daemon = Mutex<pid_t?>(nil)

    /// Starts libvirtd and adopts the domains' QEMUs, as a subreaper (`prctl` 36), until the last has ended.
    ///
    /// libvirt reports a domain's end only when no zombie of its QEMU is left, and in a container process 1 may reap
    /// late or never.
    private static let launcher = """
        use POSIX (); syscall((POSIX::uname())[4] eq "aarch64" ? 167 : 157, 36, 1, 0, 0, 0);
        my $child = fork // die "fork: $!"; exec @ARGV or die "exec: $!" unless $child;
        while (waitpid(-1, 0) > 0) {}
        """

    /// Starts a libvirtd and returns once it accepts connections, over TCP and TLS too when it is `listening`.
    public static func start(listening: Bool = false) async throws -> PrivateLibvirtd {
        let host = try PrivateLibvirtd(listening: listening)
        do {
            if let ports = host.ports {
                try await ports.certificates.make()
                if let owner = host.owner { try host.directory.give(to: owner) }
            }
            try await host.startDaemon()
        } catch {
            await host.stop()
            throw error
        }
        return host
    }

    private init(listening: Bool) throws {
        directory = try OwnedDirectory()
        ports = listening ? try ListeningPorts(directory) : nil
        uri = "qemu+unix:///session?socket=\(directory.path)/s/libvirt-sock"
        owner = geteuid() == 0 ? 65_534 : nil
        for folder in ["s", "run", "cache", "data", "config/libvirt", "disks"] { try directory.makeFolder(folder) }
        // virtlogd and the security drivers need a host's set-up, and cgroups need root.
        try directory.write(
            "config/libvirt/qemu.conf",
            "security_driver = \"none\"\nstdio_handler = \"file\"\ncgroup_controllers = []\n".utf8)
        let settings = """
            unix_sock_dir = "\(directory.path)/s"
            auth_unix_ro = "none"
            auth_unix_rw = "none"
            host_uuid = "\(UUID().uuidString.lowercased())"
            log_outputs = "3:file:\(directory.path)/libvirtd.log"

            """
        try directory.write("libvirtd.conf", (settings + (ports?.settings ?? "")).utf8)
        try directory.write("disks/idle.rom", BootSector.idleFirmware)
        if let owner { try directory.give(to: owner) }
    }

    /// The path of the daemon's socket; it stays behind, dead, when the daemon is killed.
    public var socket: String { "\(directory.path)/s/libvirt-sock" }

    /// The daemon's process id, nil while none runs.
    public var daemonPid: pid_t? { daemon.withLock { $0 } }

    /// Runs virsh on this daemon and returns what it printed.
    @discardableResult
    public func virsh(_ arguments: String...) async throws -> String {
        try await run("virsh", ["-q", "-c", uri] + arguments, environment: environment)
    }

    /// Sends a signal to the daemon; after SIGKILL or SIGTERM returns once it has ended. Domains run on.
    public func killDaemon(_ signal: Int32 = SIGKILL) async throws {
        guard let pid = daemonPid else { return }
        _ = Glibc.kill(pid, signal)
        guard signal == SIGKILL || signal == SIGTERM else { return }
        try await waitUntil("libvirtd \(pid) ends") { Glibc.kill(pid, 0) != 0 }
        daemon.withLock { $0 = nil }
    }

    /// Ends the daemon, if it runs, and starts a new one over the same directories, which finds the domains again.
    public func restart() async throws {
        try await killDaemon(SIGTERM)
        try await startDaemon()
    }

    /// Destroys the domains, ends the daemon and removes the directory: nothing is left.
    public func stop() async {
        try? await killDaemon(SIGKILL)
        await directory.remove()
    }

    var environment: [String: String] {
        let path = directory.path
        return [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": path,
            "XDG_RUNTIME_DIR": "\(path)/run", "XDG_CONFIG_HOME": "\(path)/config",
            "XDG_CACHE_HOME": "\(path)/cache", "XDG_DATA_HOME": "\(path)/data",
        ]
    }

    private func startDaemon() async throws {
        var words = [
            "perl", "-e", Self.launcher, "libvirtd", "-f", "\(directory.path)/libvirtd.conf", "-p",
            "\(directory.path)/libvirtd.pid",
        ]
        if ports != nil { words.append("--listen") }
        if let owner {
            words = ["setpriv", "--reuid", "\(owner)", "--regid", "\(owner)", "--clear-groups", "--"] + words
        }
        let child = try ChildProcess("env", words, environment: environment)
        try await waitUntil("libvirtd accepts connections on \(socket)") { [self] in
            if let ending = child.ending {
                let log =
                    (try? String(contentsOf: URL(filePath: "\(directory.path)/libvirtd.log"), encoding: .utf8)) ?? ""
                throw HostError("libvirtd ended at once: \(ending): \(child.standardError)\(log.suffix(2_000))")
            }
            return accepts()
        }
        let text = try String(contentsOf: URL(filePath: "\(directory.path)/libvirtd.pid"), encoding: .utf8)
        daemon.withLock { $0 = pid_t(text.filter(\.isNumber)) }
    }

    private func accepts() -> Bool {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
