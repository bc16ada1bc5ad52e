// SPDX-License-Identifier: Apache-2.0

/// The kinds of metric that the text format names.
public enum MetricType: String, Sendable {
    case counter, gauge, histogram, summary, untyped
}

/// One metric: name, type, help text and labels, said once in the program and told apart by identity.
///
/// A family is a constant of the file that fills it. Two families never share a name.
public final class MetricFamily: Sendable {
    public let name: String
    public let type: MetricType
    public let help: String
    /// Names of the labels that its own series may have, beside those of what the series is about: `domain` and `host`.
    public let labels: [String]
    private let parent: MetricFamily?

    public init(_ name: String, _ type: MetricType, _ help: String, labels: [String] = []) {
        self.name = name
        self.type = type
        self.help = help
        self.labels = labels
        parent = nil
    }

    /// The series of `whole` that have a name of their own: `_bucket` and `_count` of a histogram. They stand under the
    /// header of the whole.
    public init(_ suffix: String, of whole: MetricFamily) {
        name = whole.name + suffix
        type = whole.type
        help = whole.help
        labels = whole.labels
        parent = whole
    }

    /// The family whose name, type and help the text format wants to see before the series.
    public var header: MetricFamily { parent ?? self }
}

extension MetricFamily {
    /// Endings of names, longest first, and what they say of the unit.
    private static let units = [
        ("_timestamp_seconds", "seconds since 1970"), ("_start_time_seconds", "seconds since 1970"),
        ("_bytes_per_second", "bytes a second"),
        ("_requests_per_second", "requests a second"), ("_pages_per_second", "pages a second"), ("_seconds", "seconds"),
        ("_bytes", "bytes"), ("_ratio", "ratio"), ("_percent", "percent"),
    ]

    /// The unit of its values, which its name ends with; `number` when it is none of Prometheus's.
    public var unit: String {
        let name = name.hasSuffix("_total") ? name.dropLast("_total".count) : name[...]
        if let unit = Self.units.first(where: { name.hasSuffix($0.0) }) { return unit.1 }
        // Names that other exporters made may leave it to the help text.
        return help.hasSuffix(", in bytes.") ? "bytes" : "number"
    }
}
