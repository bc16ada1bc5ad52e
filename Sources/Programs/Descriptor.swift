// SPDX-License-Identifier: Apache-2.0
import CSpawn
import Glibc

/// An open descriptor that no program inherits by itself; closed when it goes.
///
/// It is above the three standard ones, even where those are closed: else to make one of a program's three would overwrite
/// another.
final class Descriptor {
    let number: Int32

    /// Throws `call`'s error when there is none.
    private init(_ number: Int32, of call: String) throws(StartFailure) {
        guard number >= 0 else { throw StartFailure(call, errno) }
        guard number <= STDERR_FILENO else {
            self.number = number
            return
        }
        self.number = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        let error = errno
        close(number)
        guard self.number >= 0 else { throw StartFailure("fcntl", error) }
    }

    deinit {
        if number >= 0 { close(number) }
    }

    /// A file in memory that is read from its start.
    static func memory(holding bytes: [UInt8]) throws(StartFailure) -> Descriptor {
        let name = "virtwarden-input"
        var made = vw_memory_file(name, vw_memory_closes_on_exec | vw_memory_is_no_program)
        // An older kernel, which does not know the second.
        if made < 0, errno == EINVAL { made = vw_memory_file(name, vw_memory_closes_on_exec) }
        let file = try Descriptor(made, of: "memfd_create")
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw StartFailure("write", errno) }
            rest = rest.dropFirst(max(count, 0))
        }
        lseek(file.number, 0, SEEK_SET)
        return file
    }

    /// A pipe; reading from it does not wait.
    static func pipe() throws(StartFailure) -> (reading: Descriptor, writing: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard vw_pipe(&ends) == 0 else { throw StartFailure("pipe2", errno) }
        let writing = Result { () throws(StartFailure) in try Descriptor(ends[1], of: "pipe2") }
        let reading = try Descriptor(ends[0], of: "pipe2")
        guard fcntl(reading.number, F_SETFL, O_NONBLOCK) == 0 else { throw StartFailure("fcntl", errno) }
        return (reading, try writing.get())
    }
}
