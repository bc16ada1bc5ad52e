// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What the file system says in which a directory lies.
enum FileSystemAnswer: Hashable, Sendable {
    /// Bytes that a user other than root may still write.
    case free(UInt64, isReadOnly: Bool)
    /// The number of the error.
    case failed(Int32)

    /// Asks the file systems of this machine (`statvfs`).
    static let ofThisMachine = PathQuestions { directory in
        var figures = statvfs()
        guard statvfs(directory, &figures) == 0 else { return FileSystemAnswer.failed(errno) }
        let (bytes, overflows) = UInt64(figures.f_bavail).multipliedReportingOverflow(by: UInt64(figures.f_frsize))
        return .free(overflows ? .max : bytes, isReadOnly: figures.f_flag & UInt(ST_RDONLY) != 0)
    }
}
