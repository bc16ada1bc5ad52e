// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Why a program was not started.
struct StartFailure: Error {
    /// A clause.
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    init(_ call: String, _ number: Int32) {
        self.init("\(call): \(String(cString: strerror(number)))")
    }

    /// What `posix_spawn` says of the file `program`.
    init(spawning program: String, _ number: Int32) {
        let text = String(cString: strerror(number))
        var status = stat()
        let isThere = stat(program, &status) == 0
        let isDirectory = isThere && status.st_mode & S_IFMT == S_IFDIR
        switch number {
        case EACCES where isDirectory: self.init("it is a directory")
        case EACCES where isThere:
            self.init("\(text); is it executable, and its file system not mounted noexec?")
        case ENOENT where isThere: self.init("\(text): what its first line, or its loader, names")
        case ENOEXEC: self.init("\(text); a script begins with a line that names its interpreter, as #!/bin/sh")
        default: self.init(text)
        }
    }
}

extension ProgramRun {
    /// What is wrong with it as far as can be told without running it, a clause; nil when nothing is.
    public var problem: String? {
        do throws(StartFailure) {
            try check()
            var status = stat()
            guard access(program, X_OK) == 0 else { throw StartFailure(spawning: program, errno) }
            guard stat(program, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw StartFailure(spawning: program, EACCES)
            }
            return nil
        } catch {
            return ProgramReport(self, .notStarted(error.reason)).problem
        }
    }

    /// Throws what is wrong with it before anything is asked of the system.
    func check() throws(StartFailure) {
        guard program.hasPrefix("/") else { throw StartFailure("its path is not absolute") }
        guard !([program] + arguments).contains(where: { $0.utf8.contains(0) }) else {
            throw StartFailure("its path or an argument holds a NUL")
        }
        guard input.count <= Self.inputLimit else {
            throw StartFailure("its input has \(input.count) bytes; at most \(Self.inputLimit) are passed on")
        }
    }
}
