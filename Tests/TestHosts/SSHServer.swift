// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Synchronization

/// An sshd of its own on 127.0.0.1, with host and user keys of its own, that lets in whoever runs the tests.
///
/// Nothing of the user's `~/.ssh` or of the host's `/etc/ssh` is read or written, and no shell reads the user's files:
/// a session that is killed in the middle of them would leave them as they are then.
public final class SSHServer: Sendable {
    /// Which of libvirt's three ways over SSH: the `ssh` program, or one of two libraries.
    public enum Client: String, Sendable {
        case ssh, libssh, libssh2
    }

    /// Of its own, because libvirt starts the ssh program without root's capabilities: it cannot pass through another
    /// user's directory.
    private let directory: OwnedDirectory
    private var folder: String { directory.path }
    private let port: UInt16
    private let user: String
    private let daemon = Mutex<ChildProcess?>(nil)

    /// Starts one and returns once it accepts connections.
    public static func start() async throws -> SSHServer {
        let server = try SSHServer()
        for name in ["host", "user"] {
            try await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "\(server.folder)/\(name)"])
        }
        let key = try String(contentsOf: URL(filePath: "\(server.folder)/host.pub"), encoding: .utf8)
        try server.directory.write("known_hosts", "[127.0.0.1]:\(server.port) \(key)".utf8)
        try await server.start()
        return server
    }

    private init() throws {
        directory = try OwnedDirectory()
        port = try freePort()
        guard let entry = getpwuid(geteuid()) else { throw HostError("user \(geteuid()) has no name") }
        user = String(cString: entry.pointee.pw_name)
        // sshd run by root will not start without it; Debian makes it when the service starts.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        try directory.write(
            "config",
            """
            ListenAddress 127.0.0.1:\(port)
            HostKey \(directory.path)/host
            AuthorizedKeysFile \(directory.path)/user.pub
            AuthenticationMethods publickey
            PermitRootLogin prohibit-password
            PidFile none
            StrictModes no
            UsePAM no
            SetEnv HOME=\(directory.path)

            """.utf8)
        // The only way to give the ssh program a file of known hosts.
        let wrapper = try directory.write(
            "ssh",
            """
            #!/bin/sh
            exec ssh -F none -o IdentitiesOnly=yes -o IdentityAgent=none \\
                -o UserKnownHostsFile=\(directory.path)/known_hosts "$@"

            """.utf8)
        chmod(wrapper, 0o755)
    }

    /// The URI of the libvirtd that listens on `socket`, by way of this server. libvirt's own helper on the other side
    /// would pass over the socket's path, hence netcat.
    public func uri(to socket: String, by client: Client) -> String {
        let words =
            client == .ssh
            ? "command=\(folder)/ssh" : "known_hosts=\(folder)/known_hosts&known_hosts_verify=normal&sshauth=privkey"
        return "qemu+\(client.rawValue)://\(user)@127.0.0.1:\(port)/session"
            + "?keyfile=\(folder)/user&socket=\(socket)&proxy=netcat&\(words)"
    }

    /// Starts it again after `kill`.
    public func start() async throws {
        let child = try ChildProcess("/usr/sbin/sshd", ["-D", "-e", "-f", "\(folder)/config"])
        daemon.withLock { $0 = child }
        try await waitUntil("sshd listens on port \(port)") {
            if let ending = child.ending { throw HostError("sshd ended: \(ending): \(child.standardError)") }
            return child.standardError.contains("Server listening")
        }
    }

    /// Kills the server and the processes that serve its connections, and returns once they have ended.
    public func kill() async throws {
        guard let child = daemon.withLock({ $0 }) else { return }
        // While the server lives its children's process ids are theirs.
        for pid in Self.descendants(of: child.pid) { _ = Glibc.kill(pid, SIGKILL) }
        child.signal(SIGKILL)
        _ = await child.end()
    }

    /// Ends it; nothing is left.
    public func stop() async {
        // Silence is right: the directory's keeper ends what could not be killed.
        try? await kill()
        await directory.remove()
    }

    private static func descendants(of parent: pid_t) -> [pid_t] {
        let file = URL(filePath: "/proc/\(parent)/task/\(parent)/children")
        // Silence is right: a process that has ended has none.
        let children = (try? String(contentsOf: file, encoding: .utf8))?.split(separator: " ") ?? []
        return children.compactMap { pid_t($0) }.flatMap { descendants(of: $0) + [$0] }
    }
}
