// SPDX-License-Identifier: Apache-2.0

/// The four ways to match a label, as PromQL and Alertmanager write them.
public enum MatchOperator: String, Sendable, Codable {
    case equal = "="
    case notEqual = "!="
    case matches = "=~"
    case notMatches = "!~"
}

/// One matcher as it was written; a regular expression is compiled by whoever applies it.
public struct LabelMatcher: Hashable, Sendable, Codable {
    public let name: String
    public let operation: MatchOperator
    public let value: String

    public init(_ name: String, _ operation: MatchOperator, _ value: String) {
        self.name = name
        self.operation = operation
        self.value = value
    }
}
