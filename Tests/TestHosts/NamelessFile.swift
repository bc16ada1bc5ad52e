// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A file without a name: where a child's output goes without a pipe that someone must drain.
final class NamelessFile: Sendable {
    /// Closed on exec; `posix_spawn` duplicates it for the child.
    let descriptor: Int32

    init() throws(HostError) {
        let name = "/tmp/vw-output-\(UInt64.random(in: .min ... .max))"
        descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HostError("create \(name): \(String(cString: strerror(errno)))") }
        unlink(name)
    }

    deinit { close(descriptor) }

    /// What has been written so far; bytes that are not UTF-8 become U+FFFD.
    var text: String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            // pread(2), because read(2) would move the offset that the child writes at.
            let count = pread(descriptor, &chunk, chunk.count, off_t(bytes.count))
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
