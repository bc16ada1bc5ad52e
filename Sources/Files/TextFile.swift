// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A whole text file, read at once and never more of it than a bound.
public enum TextFile {
    /// The file's text. Throws when it cannot be opened, is no regular file, is longer than `limit` bytes, or is not
    /// UTF-8 (`open`, `fstat`, `read`).
    public static func read(_ path: String, limit: Int) throws(TextFileError) -> String {
        guard !path.utf8.contains(0) else { throw TextFileError(path: path, reason: "the path holds a NUL") }
        // Without O_NONBLOCK a FIFO would be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw TextFileError(path: path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw TextFileError(path: path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TextFileError(path: path, reason: "it is no regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TextFileError(path: path, errno) }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= limit else {
                throw TextFileError(path: path, reason: "it is longer than \(limit) bytes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TextFileError(path: path, reason: "it is not UTF-8")
        }
        return text
    }
}

/// Why a file could not be read.
public struct TextFileError: Error, Hashable, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    init(path: String, _ number: Int32) {
        let advice =
            switch number {
            case ENOENT: "; check the path"
            case EACCES: "; check its owner and mode"
            default: ""
            }
        self.init(path: path, reason: String(cString: strerror(number)) + advice)
    }

    public var description: String { "cannot read \(path.asShownPath): \(reason)" }
}

extension String {
    fileprivate var asShownPath: String {
        String(unicodeScalars.prefix(400).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) })
    }
}
