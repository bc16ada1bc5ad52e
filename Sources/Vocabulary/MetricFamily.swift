// SPDX-License-Identifier: Apache-2.0

/// The kinds of metric that the text format names.
public enum MetricType: String, Sendable {
    case counter, gauge, histogram, summary, untyped
}

/// One metric: name, type and help text, said once in the program and told apart by identity.
///
/// A family is a constant of the file that fills it. Two families never share a name.
public final class MetricFamily: Sendable {
    public let name: String
    public let type: MetricType
    public let help: String
    private let parent: MetricFamily?

    public init(_ name: String, _ type: MetricType, _ help: String) {
        self.name = name
        self.type = type
        self.help = help
        parent = nil
    }

    /// The series of `whole` that have a name of their own: `_bucket` and `_count` of a histogram. They stand under the
    /// header of the whole.
    public init(_ suffix: String, of whole: MetricFamily) {
        name = whole.name + suffix
        type = whole.type
        help = whole.help
        parent = whole
    }

    /// The family whose name, type and help the text format wants to see before the series.
    public var header: MetricFamily { parent ?? self }
}
