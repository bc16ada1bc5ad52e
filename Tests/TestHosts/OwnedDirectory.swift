// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Synchronization

/// A temporary directory, with a keeper process that ends the daemons living in it and removes it.
///
/// The keeper waits on a FIFO that only this process holds open, so it does its work after `remove()` and as well when
/// the test run crashes or is killed. It ends libvirtd, QEMU, qemu-nbd, Prometheus, Alertmanager, sshd and virtwarden processes whose command
/// line or environment names the directory, and no others.
public final class OwnedDirectory: Sendable {
    /// Short, because the sockets inside must stay under the 108 bytes of `sockaddr_un`.
    public let path: String
    private let keeper: ChildProcess
    private let pipeEnd: Mutex<Int32?>

    private static let script = #"""
        cat >/dev/null
        d=$1
        for round in 1 2 3 4 5 6 7 8 9 10; do
            found=
            for p in /proc/[0-9]*; do
                read -r name 2>/dev/null <"$p/comm" || continue
                case $name in libvirtd | qemu-system* | qemu-nbd | prometheus | prometheus-aler | sshd | virtwarden) ;; *) continue ;; esac
                cat "$p/cmdline" "$p/environ" 2>/dev/null | tr '\0' '\n' | grep -qF -- "$d" || continue
                kill -KILL "${p#/proc/}" 2>/dev/null && found=1
            done
            [ -n "$found" ] || break
            sleep 0.1
        done
        rm -rf -- "$d"
        """#

    public init() throws(HostError) {
        var template = Array("/tmp/vw-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw HostError("mkdtemp in /tmp: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fifo = "\(path)/alive"
        // Opened for both, because opening only to write would wait for the keeper; closed on exec from the first
        // moment, because a daemon that inherited it would keep the keeper waiting.
        let end = mkfifo(fifo, 0o600) == 0 ? open(fifo, O_RDWR | O_CLOEXEC) : -1
        guard end >= 0 else { throw HostError("\(fifo): \(String(cString: strerror(errno)))") }
        pipeEnd = Mutex(end)
        keeper = try ChildProcess("sh", ["-c", Self.script, "keeper", path], standardInput: fifo)
    }

    deinit { release() }

    /// Writes a file, given a path relative to the directory; owned by `owner` when the tests run as root.
    @discardableResult
    public func write(_ name: String, _ bytes: some Sequence<UInt8>, owner: UInt32? = nil) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(filePath: file))
        if let owner { try own(file, by: owner) }
        return file
    }

    /// Copies a file to a path relative to the directory; owned by `owner` when the tests run as root.
    @discardableResult
    func copy(_ file: String, to name: String, owner: UInt32?) throws -> String {
        let copy = "\(path)/\(name)"
        try FileManager.default.copyItem(atPath: file, toPath: copy)
        if let owner { try own(copy, by: owner) }
        return copy
    }

    /// Makes a folder, given a path relative to the directory, and the folders above it.
    public func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }

    /// Gives everything inside to `owner`.
    func give(to owner: UInt32) throws {
        try own(path, by: owner)
        for entry in try FileManager.default.subpathsOfDirectory(atPath: path) {
            try own("\(path)/\(entry)", by: owner)
        }
    }

    /// Ends what still runs in the directory, removes it, and returns when both are done.
    public func remove() async {
        release()
        _ = await keeper.end()
    }

    private func own(_ file: String, by owner: UInt32) throws(HostError) {
        guard lchown(file, owner, owner) == 0 else {
            throw HostError("chown \(owner) \(file): \(String(cString: strerror(errno)))")
        }
    }

    private func release() {
        let end: Int32? = pipeEnd.withLock { open in
            defer { open = nil }
            return open
        }
        if let end { close(end) }
    }
}
