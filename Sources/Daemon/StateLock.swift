// SPDX-License-Identifier: Apache-2.0
import Glibc
import Vocabulary

/// A state directory belongs to one agent at a time: two that repair the same domains by two journals would do it twice.
///
/// The kernel keeps the lock (flock(2)) for as long as the process lives, and no longer, however it ends.
struct StateLock: Sendable {
    private let descriptor: Int32

    /// Takes the directory, and makes it when only its last part is missing. nil when nothing can be locked there: what
    /// is wrong shows when the files in it are opened. Throws when another agent has it.
    static func take(_ directory: String) throws(StateLockError) -> StateLock? {
        mkdir(directory, 0o700)
        let descriptor = open(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            guard errno == EWOULDBLOCK else { return nil }
            throw StateLockError(directory: directory, owner: owner(descriptor))
        }
        let number = Array("\(getpid())\n".utf8)
        // Silence is right: the number is for the message of another agent alone.
        _ = ftruncate(descriptor, 0)
        _ = write(descriptor, number, number.count)
        return StateLock(descriptor: descriptor)
    }

    /// The process that has written its number there.
    private static func owner(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }

    func release() {
        close(descriptor)
    }
}

/// Another agent uses a state directory.
package struct StateLockError: Error, Hashable, Sendable, CustomStringConvertible {
    let directory: String
    let owner: Int32?

    package var description: String {
        let process = owner.map { "process \($0)" } ?? "another process"
        return
            "cannot use state.directory \(directory.asOneLine): \(process) uses it; end that agent, or give this one "
            + "a directory of its own"
    }
}
