// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Numbers for people, four digits each, as Prometheus's template functions write them.
enum Humanize {
    /// Four digits.
    static func short(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Printf.general(value, digits: 4)
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
        if value == 0 { return short(value) + "s" }
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
        guard value.isFinite, value.magnitude < furthest else { return short(value) }
        return CivilTime(Timestamp(seconds: value)).formatted("2006-01-02 15:04:05.999") + " +0000 UTC"
    }

    /// About what Go's nanoseconds since 1970 hold.
    private static let furthest = 9.2e9

    static func time(_ value: Double) throws(TemplateFailure) -> Timestamp {
        guard value.isFinite, value.magnitude < furthest else {
            throw TemplateFailure(
                "\(short(value)) cannot be represented as a nanoseconds timestamp since it overflows int64")
        }
        // By way of nanoseconds, as Prometheus does it: that decides what is cut off.
        return Timestamp(milliseconds: Int64(value * 1e9) / 1_000_000)
    }
}
