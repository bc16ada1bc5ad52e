// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What a rule is known by over reloads and restarts: its place, its name and its labels. Its expression may change.
public struct RuleKey: Hashable, Sendable, Codable {
    public let file: String
    public let group: String
    /// The rule's name, then the names of its labels, each with its value as it is written.
    public let words: [String]
    /// Which one of those rules of the group that have the same name and labels.
    public let number: Int

    public init(file: String, group: String, words: [String], number: Int) {
        self.file = file
        self.group = group
        self.words = words
        self.number = number
    }
}

/// What is to be remembered of an alert, which its rule and its labels name.
public struct AlertMove: Sendable {
    public let rule: RuleKey
    public let labels: Labels
    /// How it stands; nil when it is to be forgotten.
    public let alert: Alert?

    public init(rule: RuleKey, labels: Labels, alert: Alert?) {
        self.rule = rule
        self.labels = labels
        self.alert = alert
    }
}

/// An alert of the time before a restart.
public struct KeptAlert: Sendable {
    public let rule: RuleKey
    public let alert: Alert

    public init(rule: RuleKey, alert: Alert) {
        self.rule = rule
        self.alert = alert
    }
}
