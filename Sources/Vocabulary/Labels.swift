// SPDX-License-Identifier: Apache-2.0

/// One label of a series: a name and a value.
public struct Label: Sendable {
    public let name: String
    public let value: String
    /// A hash of both, made once: label sets are compared and grouped by sums of these.
    public let fingerprint: Int

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
        // Keyed at random for each process, since values come from tenants. Of the bytes, not of the texts: these are
        // equal in Swift when they look the same, and series with such values are two.
        var hasher = Hasher()
        Self.combine(name, &hasher)
        Self.combine(value, &hasher)
        fingerprint = hasher.finalize()
    }

    private static func combine(_ text: String, _ hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8.max)
    }
}

extension Label: Hashable {
    public static func == (left: Label, right: Label) -> Bool {
        left.fingerprint == right.fingerprint && left.name == right.name && left.value == right.value
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(fingerprint)
    }
}

extension Label: Codable {
    private enum CodingKeys: CodingKey {
        case name, value
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(String.self, forKey: .name), try container.decode(String.self, forKey: .value))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(value, forKey: .value)
    }
}

/// The labels of one series, sorted by name, each name once, no empty value (but see `init(texts:)`); the metric name is
/// `__name__`.
///
/// An empty value means the same as no label, as in Prometheus's data model, so it is never kept.
public struct Labels: Sendable {
    public static let metricName = "__name__"
    public static let none = Labels()

    public private(set) var all: [Label]
    /// The sum of the labels' own: sets with different ones differ.
    public private(set) var fingerprint = 0

    public init() {
        all = []
    }

    /// Later entries win over earlier ones of the same name.
    public init(_ labels: some Sequence<Label>) {
        self.init(texts: labels)
        guard all.contains(where: { $0.value.isEmpty }) else { return }
        all.removeAll { $0.value.isEmpty }
        fingerprint = all.reduce(0) { $0 &+ $1.fingerprint }
    }

    /// Texts that are kept as labels are, such as annotations: of these an empty one is there all the same.
    public init(texts labels: some Sequence<Label>) {
        var sorted: [Label] = []
        for label in labels.enumerated().sorted(by: {
            ($0.element.name, $0.offset) < ($1.element.name, $1.offset)
        }) {
            if sorted.last?.name == label.element.name { sorted.removeLast() }
            sorted.append(label.element)
        }
        all = sorted
        fingerprint = all.reduce(0) { $0 &+ $1.fingerprint }
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
            result.fingerprint &-= all[index].fingerprint
            result.all.remove(at: index)
        }
        guard !value.isEmpty else { return result }
        let label = Label(name, value)
        result.all.insert(label, at: index)
        result.fingerprint &+= label.fingerprint
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

    /// The labels whose names pass `keep`.
    public func filter(_ keep: (String) -> Bool) -> Labels {
        guard let first = all.firstIndex(where: { !keep($0.name) }) else { return self }
        var result = Labels()
        result.all.reserveCapacity(all.count - 1)
        result.all.append(contentsOf: all[..<first])
        for label in all[(first + 1)...] where keep(label.name) { result.all.append(label) }
        for label in result.all { result.fingerprint &+= label.fingerprint }
        return result
    }
}

extension Labels: Hashable {
    public static func == (left: Labels, right: Labels) -> Bool {
        left.fingerprint == right.fingerprint && left.all == right.all
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(fingerprint)
    }
}

extension Labels: Codable {
    private enum CodingKeys: CodingKey {
        case all
    }

    public init(from decoder: any Decoder) throws {
        self.init(texts: try decoder.container(keyedBy: CodingKeys.self).decode([Label].self, forKey: .all))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(all, forKey: .all)
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
    /// Whether both are the same bytes of UTF-8; `==` also joins what only looks the same (Unicode's equivalence).
    public func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && self == other && utf8.elementsEqual(other.utf8)
    }

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
