// SPDX-License-Identifier: Apache-2.0
import CMalloc
import Glibc

/// Keeps this process small: what only its start needed is given back.
package enum ProcessMemory {
    /// From this size on, memory is mapped for one use, and given back after it.
    private static let mapped: Int32 = 2 << 20

    /// For the first thing a process does. glibc would give each of Dispatch's threads a heap of its own, and each would
    /// keep what was once in use; two heaps serve as well. Once a large piece was freed, glibc would take those up to its
    /// size from the heaps, too, where what lies behind them keeps them from being given back (`mallopt(3)`).
    package static func prepare() {
        mallopt(M_ARENA_MAX, 2)
        mallopt(M_MMAP_THRESHOLD, mapped)
        mallopt(M_TRIM_THRESHOLD, 2 * mapped)
    }

    /// For once everything runs. Starting runs through all of the program and its libraries, and what was read of them
    /// stays mapped; dropping those mappings costs a minor fault for each page that is needed again, which few are.
    static func giveBackStart() {
        malloc_trim(0)
        for region in untouchedFiles() { madvise(region.start, region.length, MADV_DONTNEED) }
    }

    /// For once something large has been let go of.
    static func giveBackFree() {
        malloc_trim(0)
    }

    /// A mapping, as `/proc/self/smaps` lists it.
    private struct Region {
        let start: UnsafeMutableRawPointer
        let length: Int

        /// From a line `start-end perms offset device inode path`; nil for what is not a file, or can be written.
        init?(_ words: [Substring]) {
            guard words.count >= 6, words[1].hasPrefix("r-"), words[5].hasPrefix("/") else { return nil }
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, ends[1] > ends[0], let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else {
                return nil
            }
            self.start = start
            length = Int(ends[1] - ends[0])
        }
    }

    /// Mapped files that cannot be written and have no page of this process's own: all of them is as it is on the disk,
    /// so that nothing is lost with a mapping. What the dynamic linker has relocated is not among them.
    private static func untouchedFiles() -> [Region] {
        guard let file = fopen("/proc/self/smaps", "re") else { return [] }
        defer { fclose(file) }
        var found: [Region] = []
        var current: Region?
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split(whereSeparator: \.isWhitespace)
            if words.first == "Anonymous:" {
                if let current, words.count > 1, words[1] == "0" { found.append(current) }
                current = nil
            } else if words.first?.hasSuffix(":") == false {
                current = Region(words)
            }
        }
        return found
    }
}
