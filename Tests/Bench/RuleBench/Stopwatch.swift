// SPDX-License-Identifier: Apache-2.0
import Glibc
import Vocabulary

/// Times in milliseconds.
enum Stopwatch {
    static func now(_ clock: clockid_t = CLOCK_MONOTONIC) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
    }

    /// Of the wall clock.
    static var time: Timestamp { Timestamp(milliseconds: Int64(now(CLOCK_REALTIME))) }

    static func wall(_ work: () -> Void) -> Double {
        let began = now()
        work()
        return now() - began
    }

    /// CPU time of this thread: whatever else the machine does, it is what the work costs.
    static func processor(_ work: () -> Void) -> Double {
        let began = now(CLOCK_THREAD_CPUTIME_ID)
        work()
        return now(CLOCK_THREAD_CPUTIME_ID) - began
    }
}

extension [Double] {
    var median: Double { isEmpty ? .nan : sorted()[count / 2] }
}

/// Resident memory of a process, in MiB.
func residentMemory(of pid: Int32) -> Double {
    guard let file = fopen("/proc/\(pid)/statm", "r") else { return .nan }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), file) != nil else { return .nan }
    let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
        separator: " ")
    return words.count > 1 ? (Double(words[1]) ?? .nan) * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576 : .nan
}
