// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Numbers for people, four digits each, as Prometheus's template functions write them.
enum Humanize {
    private static func short(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Printf.c("", nil, 4, "g", value)
    }

    /// With the prefixes of the metric system.
    static func decimal(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return short(value) }
        return value.magnitude >= 1
            ? scaled(value, by: 1000, up: ["k", "M", "G", "T", "P", "E", "Z", "Y"]) : small(value)
    }

    private static func small(_ value: Double) -> String {
        var value = value
        var prefix = ""
        for next in ["m", "u", "n", "p", "f", "a", "z", "y"] where value.magnitude < 1 {
            prefix = next
            value *= 1000
        }
        return short(value) + prefix
    }

    private static func scaled(_ value: Double, by factor: Double, up prefixes: [String]) -> String {
        var value = value
        var prefix = ""
        for next in prefixes where value.magnitude >= factor {
            prefix = next
            value /= factor
        }
        return short(value) + prefix
    }

    /// With binary prefixes.
    static func binary(_ value: Double) -> String {
        guard value.magnitude > 1, value.isFinite else { return short(value) }
        return scaled(value, by: 1024, up: ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"])
    }

    /// Seconds as days, hours, minutes and seconds.
    static func duration(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 9e18 else { return short(value) }
        if value == 0 { return "0s" }
        guard value.magnitude >= 1 else { return small(value) + "s" }
        let sign = value < 0 ? "-" : ""
        let whole = Int64(value.magnitude)
        let (days, hours, minutes, seconds) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60)
        if days > 0 { return "\(sign)\(days)d \(hours)h \(minutes)m \(seconds)s" }
        if hours > 0 { return "\(sign)\(hours)h \(minutes)m \(seconds)s" }
        if minutes > 0 { return "\(sign)\(minutes)m \(seconds)s" }
        return short(value) + "s"
    }

    static func percentage(_ value: Double) -> String {
        short(value * 100) + "%"
    }

    /// Seconds since 1970 as Go prints a time: `1970-01-02 02:03:04.5 +0000 UTC`.
    static func timestamp(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 9e9 else { return short(value) }
        let milliseconds = Int64((value * 1000).rounded())
        var seconds = time_t((Double(milliseconds) / 1000).rounded(.down))
        let rest = milliseconds - Int64(seconds) * 1000
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        var fraction = String(rest + 1000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(date) \(clock)\(fraction.isEmpty ? "" : ".")\(fraction) +0000 UTC"
    }
}
