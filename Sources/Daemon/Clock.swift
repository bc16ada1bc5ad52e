// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Vocabulary

extension Timestamp {
    /// The wall clock, for what is shown or stored as a Prometheus time; never for waiting.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

extension Timestamp {
    /// As RFC 3339 writes it, in UTC, with milliseconds: `2026-01-31T12:00:00.250Z`.
    package var rfc3339: String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: Int64, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date = [Int64(parts.tm_year) + 1900, Int64(parts.tm_mon) + 1, Int64(parts.tm_mday)]
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { digits(Int64($0), 2) }
        return date.map { digits($0, 2) }.joined(separator: "-") + "T" + clock.joined(separator: ":") + "."
            + digits(abs(milliseconds % 1000), 3) + "Z"
    }
}

extension Duration {
    /// Monotonic time since an arbitrary start: what waits and windows are measured with.
    package static var monotonic: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
