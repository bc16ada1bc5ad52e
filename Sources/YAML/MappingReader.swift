// SPDX-License-Identifier: Apache-2.0

/// Reads a mapping key by key, strictly: what is wrong becomes a problem with its place, and a key that nobody asked
/// for is one too.
public struct MappingReader {
    public let node: YAMLNode
    public let problems: ProblemList
    /// The keys that lead here, as problems name them: `remediation.policies[0]`; empty at the top.
    public let name: String
    private let pairs: [YAMLPair]
    private var asked: [String] = []

    /// nil, with a problem, when `node` is no mapping.
    public init?(_ node: YAMLNode, named name: String = "", _ problems: ProblemList) {
        guard case .mapping(let pairs) = node.content else {
            let subject = name.isEmpty ? "" : name + ": "
            problems.add("\(subject)expected a mapping (key: value), found \(node.kind)", at: node)
            return nil
        }
        self.node = node
        self.problems = problems
        self.name = name
        self.pairs = pairs
    }

    /// The path of one of its keys.
    public func path(_ key: String) -> String {
        name.isEmpty ? key : "\(name).\(key)"
    }

    /// Notes what is wrong with the value of `key`, or with the mapping when the key is absent.
    public func complain(_ key: String, _ message: String) {
        problems.add("\(path(key)): \(message)", at: pair(key)?.value ?? node)
    }

    private func pair(_ key: String) -> YAMLPair? {
        pairs.first { $0.key.text == key }
    }

    /// The value of `key`; nil when it is absent or null.
    public mutating func value(_ key: String) -> YAMLNode? {
        asked.append(key)
        guard let value = pair(key)?.value, !value.isNull else { return nil }
        return value
    }

    /// The text of a scalar.
    public mutating func string(_ key: String) -> String? {
        guard let node = value(key) else { return nil }
        if let text = node.text { return text }
        problems.add("\(path(key)): expected a text, found \(node.kind)", at: node)
        return nil
    }

    /// The text of a scalar that must be there and not empty.
    public mutating func required(_ key: String) -> String? {
        let before = problems.problems.count
        if let text = string(key), !text.isEmpty { return text }
        if problems.problems.count == before {
            problems.add("\(path(key)): is missing", at: pair(key)?.value ?? node)
        }
        return nil
    }

    /// What `parse` makes of a scalar; `expected` completes the sentence "expected …".
    public mutating func value<T>(_ key: String, expected: String, _ parse: (String) -> T?) -> T? {
        guard let node = value(key) else { return nil }
        if let text = node.text, let value = parse(text) { return value }
        problems.add("\(path(key)): expected \(expected), found \(node.kind)", at: node)
        return nil
    }

    /// What `parse` makes of a number: of a plain scalar, since one in quotes is a text.
    public mutating func number<T>(_ key: String, expected: String, _ parse: (String) -> T?) -> T? {
        guard let node = value(key) else { return nil }
        if case .scalar(let text, isPlain: true) = node.content, let number = parse(text) { return number }
        problems.add("\(path(key)): expected \(expected), found \(node.kind)", at: node)
        return nil
    }

    public mutating func int(_ key: String, in range: ClosedRange<Int>) -> Int? {
        number(key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    public mutating func double(_ key: String) -> Double? {
        number(key, expected: "a number") { Double($0).flatMap { $0.isFinite ? $0 : nil } }
    }

    public mutating func bool(_ key: String) -> Bool? {
        guard let node = value(key) else { return nil }
        if case .scalar(let text, isPlain: true) = node.content {
            if text == "true" { return true }
            if text == "false" { return false }
        }
        problems.add("\(path(key)): expected true or false, found \(node.kind)", at: node)
        return nil
    }

    /// The items of a list, with their paths; nil when the key is absent, or is no list.
    public mutating func items(_ key: String) -> [(node: YAMLNode, path: String)]? {
        guard let node = value(key) else { return nil }
        guard case .sequence(let items) = node.content else {
            problems.add("\(path(key)): expected a list, found \(node.kind)", at: node)
            return nil
        }
        return items.enumerated().map { ($1, "\(path(key))[\($0)]") }
    }

    /// A list of texts.
    public mutating func strings(_ key: String) -> [String]? {
        items(key)?.compactMap { item in
            if let text = item.node.text { return text }
            problems.add("\(item.path): expected a text, found \(item.node.kind)", at: item.node)
            return nil
        }
    }

    /// The mapping under `key`.
    public mutating func mapping(_ key: String) -> MappingReader? {
        guard let node = value(key) else { return nil }
        return MappingReader(node, named: path(key), problems)
    }

    /// A list of mappings.
    public mutating func mappings(_ key: String) -> [MappingReader]? {
        items(key)?.compactMap { MappingReader($0.node, named: $0.path, problems) }
    }

    /// A mapping of texts to texts, in its order, with the nodes of key and value.
    public mutating func texts(_ key: String) -> [(key: YAMLNode, name: String, value: YAMLNode, text: String)]? {
        guard let node = value(key) else { return nil }
        guard case .mapping(let pairs) = node.content else {
            problems.add("\(path(key)): expected a mapping (key: value), found \(node.kind)", at: node)
            return nil
        }
        return pairs.compactMap { pair in
            guard case .scalar(let name, _) = pair.key.content, case .scalar = pair.value.content else {
                problems.add("\(path(key)): expected a text, found \(pair.value.kind)", at: pair.value)
                return nil
            }
            return (pair.key, name, pair.value, pair.value.text ?? "")
        }
    }

    /// Says of every key that nobody asked for that it is unknown, with the nearest one that is not.
    public func end() {
        for pair in pairs {
            guard case .scalar(let key, _) = pair.key.content, !asked.contains(key) else { continue }
            let hint = Suggestion.nearest(to: key, among: asked).map { "; did you mean \"\($0)\"?" } ?? ""
            problems.add("unknown key \"\(path(String(key.prefix(80))))\"\(hint)", at: pair.key)
        }
    }
}
