// SPDX-License-Identifier: Apache-2.0

/// One label of a series: a name and a value.
public struct Label: Hashable, Sendable, Codable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The labels of one series, sorted by name, each name once, no empty value; the metric name is `__name__`.
///
/// An empty value means the same as no label, as in Prometheus's data model, so it is never kept.
public struct Labels: Hashable, Sendable, Codable {
    public static let metricName = "__name__"
    public static let none = Labels()

    public private(set) var all: [Label]

    public init() {
        all = []
    }

    /// Later entries win over earlier ones of the same name.
    public init(_ labels: some Sequence<Label>) {
        var sorted: [Label] = []
        for label in labels.enumerated().sorted(by: {
            ($0.element.name, $0.offset) < ($1.element.name, $1.offset)
        }) {
            if sorted.last?.name == label.element.name { sorted.removeLast() }
            sorted.append(label.element)
        }
        all = sorted.filter { !$0.value.isEmpty }
    }

    public init(name: String, _ labels: [(String, String)] = []) {
        self.init(labels.map { Label($0.0, $0.1) } + [Label(Labels.metricName, name)])
    }

    public var isEmpty: Bool { all.isEmpty }
    public var name: String? { self[Labels.metricName] }

    /// The value of the label `name`, or nil.
    public subscript(name: String) -> String? {
        for label in all where label.name == name { return label.value }
        return nil
    }

    /// With `name` set to `value`; an empty value removes it.
    public func setting(_ name: String, to value: String) -> Labels {
        var result = self
        let index = all.firstIndex { $0.name >= name } ?? all.endIndex
        if index < all.endIndex, all[index].name == name {
            if value.isEmpty { result.all.remove(at: index) } else { result.all[index].value = value }
        } else if !value.isEmpty {
            result.all.insert(Label(name, value), at: index)
        }
        return result
    }

    public func removing(_ names: some Collection<String>) -> Labels {
        filter { !names.contains($0) }
    }

    public func keeping(_ names: some Collection<String>) -> Labels {
        filter { names.contains($0) }
    }

    public var withoutName: Labels {
        filter { $0 != Labels.metricName }
    }

    public func merging(_ other: Labels) -> Labels {
        Labels(all + other.all)
    }

    private func filter(_ keep: (String) -> Bool) -> Labels {
        var result = self
        result.all.removeAll { !keep($0.name) }
        return result
    }
}

extension Labels: CustomStringConvertible {
    /// As PromQL prints a series: `name{a="b", c="d"}`.
    public var description: String {
        let pairs = all.lazy.filter { $0.name != Labels.metricName }.map {
            "\($0.name)=\"\($0.value.escapedForLabel)\""
        }
        return (name ?? "") + (pairs.isEmpty && name != nil ? "" : "{" + pairs.joined(separator: ", ") + "}")
    }
}

extension String {
    /// With backslash, double quote and newline escaped, as the text format's label values are.
    public var escapedForLabel: String {
        guard utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
