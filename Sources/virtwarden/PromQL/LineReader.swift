// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Standard input, line by line, each as soon as it is there.
struct LineReader {
    /// What is longer is skipped.
    static let longestLine = 128 << 20
    private static let piece = 1 << 18

    enum Line {
        /// Without its newline.
        case whole([UInt8])
        case tooLong
    }

    private var buffer: [UInt8] = []
    /// Where the next line begins in `buffer`, and up to where no newline was found.
    private var start = 0
    private var seen = 0
    private var isSkipping = false
    private var isAtEnd = false

    /// nil at the end of the input.
    mutating func next() -> Line? {
        while true {
            if let end = buffer[seen...].firstIndex(of: 0x0A) { return take(upTo: end) }
            seen = buffer.count
            if buffer.count - start > Self.longestLine {
                isSkipping = true
                discard()
            }
            guard !isAtEnd else { break }
            fill()
        }
        guard isSkipping || start < buffer.count else { return nil }
        return take(upTo: buffer.count)
    }

    private mutating func take(upTo end: Int) -> Line {
        defer {
            start = min(end + 1, buffer.count)
            seen = start
            isSkipping = false
        }
        let line = buffer[start..<end]
        return isSkipping || line.count > Self.longestLine ? .tooLong : .whole(Array(line))
    }

    private mutating func discard() {
        buffer.removeAll()
        start = 0
        seen = 0
    }

    private mutating func fill() {
        // What was taken goes only now, so that a piece with many lines is not moved for each.
        buffer.removeFirst(start)
        seen -= start
        start = 0
        let old = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.piece))
        var count = -1
        repeat {
            count = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress?.advanced(by: old), Self.piece) }
        } while count < 0 && errno == EINTR
        // An input that cannot be read has ended.
        buffer.removeLast(Self.piece - max(count, 0))
        isAtEnd = count <= 0
    }
}
