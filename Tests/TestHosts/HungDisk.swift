// SPDX-License-Identifier: Apache-2.0

/// A file system that never answers: whoever opens a file of it waits, as over NFS when the server is away.
///
/// A FUSE mount whose other end reads nothing, in a mount namespace of its own: it ends with its holder, which ends with
/// the test run. Needs root and /dev/fuse.
public final class HungDisk: Sendable {
    private let holder: ChildProcess
    /// Where others than the holder find it.
    public let path: String

    private static let script = #"""
        exec 3<>/dev/fuse
        mount -i -n -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 hung "$1" && echo mounted && exec cat >/dev/null
        """#

    public init(in directory: OwnedDirectory) async throws {
        try directory.makeFolder("hung")
        let folder = directory.path + "/hung"
        holder = try ChildProcess(
            "unshare", ["-m", "sh", "-c", Self.script, "sh", folder], standardInput: directory.path + "/alive")
        path = "/proc/\(holder.pid)/root\(folder)"
        try await waitUntil("the disk is there") { [holder] in
            if let ending = holder.ending { throw HostError("no FUSE mount: \(ending): \(holder.standardError)") }
            return holder.standardOutput.contains("mounted")
        }
    }

    /// Whoever waits gets an error.
    public func end() async {
        await holder.stop()
    }
}
