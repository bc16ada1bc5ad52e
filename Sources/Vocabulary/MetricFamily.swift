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

    public init(_ name: String, _ type: MetricType, _ help: String) {
        self.name = name
        self.type = type
        self.help = help
    }
}
