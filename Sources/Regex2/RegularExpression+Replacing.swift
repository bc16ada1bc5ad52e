// SPDX-License-Identifier: Apache-2.0
import CRE2

/// Searching and replacing with the meaning of Go's `regexp` package: `$1`, `$name`, `${name}` and `$$` in a template.
extension RegularExpression {
    /// The longest result, in bytes.
    public static let longestResult = 1 << 20
    /// How many bytes all searches of one replacement may look at together: RE2 reads a text in linear time, but each
    /// match begins a new search, and there are patterns that read to the end in each.
    private static let mostBytes = 256 << 20

    /// Whether some part of `text` matches.
    public func matchesSomewhere(_ text: String) -> Bool {
        find(in: Array(text.utf8), from: 0, isWhole: false, groups: 0) != nil
    }

    /// `template` with the groups of the match put in, when all of `text` matches; nil otherwise.
    public func expand(template: String, over text: String) throws(RegexError) -> String? {
        let bytes = Array(text.utf8)
        guard let match = find(in: bytes, from: 0, isWhole: true, groups: groupCount) else { return nil }
        var result: [UInt8] = []
        try append(ExpansionTemplate(template).parts, match, bytes, to: &result)
        return String(decoding: result, as: UTF8.self)
    }

    /// `text` with each match replaced by `template`, in which the match's groups are put in.
    public func replaceAll(in text: String, with template: String) throws(RegexError) -> String {
        let bytes = Array(text.utf8)
        let parts = ExpansionTemplate(template).parts
        var result: [UInt8] = []
        var (position, lastEnd, looked) = (0, 0, 0)
        while position <= bytes.count {
            looked += bytes.count - position
            guard looked <= Self.mostBytes else { throw error("takes too long on a text of \(bytes.count) bytes") }
            guard let match = find(in: bytes, from: position, isWhole: false, groups: groupCount) else { break }
            let whole = match[0] ?? position..<position
            result += bytes[lastEnd..<max(lastEnd, whole.lowerBound)]
            // An empty match right behind another one is none.
            if whole.upperBound > lastEnd || whole.lowerBound == 0 { try append(parts, match, bytes, to: &result) }
            lastEnd = whole.upperBound
            position = max(whole.upperBound, position + (position < bytes.count ? width(of: bytes[position]) : 1))
        }
        result += bytes[min(lastEnd, bytes.count)...]
        try check(result)
        return String(decoding: result, as: UTF8.self)
    }

    private var groupCount: Int { Int(re2_c_groups(handle)) }

    /// Where the match and its first `groups` groups are.
    private func find(in bytes: [UInt8], from start: Int, isWhole: Bool, groups: Int) -> [Range<Int>?]? {
        var spans = [Int](repeating: -1, count: 2 * (groups + 1))
        let found = bytes.withUnsafeBytes { text in
            re2_c_find(
                handle, text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, start, isWhole ? 1 : 0,
                &spans, Int32(groups + 1))
        }
        guard found != 0 else { return nil }
        return (0...groups).map { spans[2 * $0] < 0 ? nil : spans[2 * $0]..<spans[2 * $0 + 1] }
    }

    private func append(
        _ parts: [ExpansionTemplate.Part], _ match: [Range<Int>?], _ bytes: [UInt8], to result: inout [UInt8]
    ) throws(RegexError) {
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .group(let number):
                if number < match.count, let range = match[number] { result += bytes[range] }
            case .name(let name):
                if let range = match[number(of: name) ?? match.count, or: nil] { result += bytes[range] }
            }
            try check(result)
        }
    }

    private func number(of name: String) -> Int? {
        var name = name
        let number = name.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { re2_c_group(handle, $0.baseAddress, $0.count) }
        }
        return number < 0 ? nil : Int(number)
    }

    private func check(_ result: [UInt8]) throws(RegexError) {
        guard result.count <= Self.longestResult else {
            throw error("makes a text of more than \(Self.longestResult) bytes")
        }
    }

    private func error(_ reason: String) -> RegexError { RegexError(pattern: pattern, reason: reason) }

    /// How many bytes the character takes that begins with `byte`.
    private func width(of byte: UInt8) -> Int {
        byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }
}

extension Array {
    fileprivate subscript(index: Int, or other: Element) -> Element { index < count ? self[index] : other }
}

/// A replacement text, cut at its `$`.
private struct ExpansionTemplate {
    enum Part {
        case text([UInt8])
        case group(Int)
        case name(String)
    }

    var parts: [Part] = []

    init(_ template: String) {
        var rest = template.unicodeScalars[...]
        while let dollar = rest.firstIndex(of: "$") {
            add(rest[..<dollar])
            rest = rest[dollar...].dropFirst()
            if rest.first == "$" {
                parts.append(.text([UInt8(ascii: "$")]))
                rest = rest.dropFirst()
            } else if let name = Self.name(&rest) {
                parts.append(Self.number(name).map(Part.group) ?? .name(name))
            } else {
                // What is no name keeps its dollar.
                parts.append(.text([UInt8(ascii: "$")]))
            }
        }
        add(rest)
    }

    private mutating func add(_ text: Substring.UnicodeScalarView) {
        if !text.isEmpty { parts.append(.text(Array(String(text).utf8))) }
    }

    /// The longest run of letters, digits and `_`, or what braces enclose.
    private static func name(_ rest: inout Substring.UnicodeScalarView) -> String? {
        let isBraced = rest.first == "{"
        let after = isBraced ? rest.dropFirst() : rest
        let name = after.prefix {
            $0 == "_" || $0.properties.isAlphabetic || $0.properties.generalCategory == .decimalNumber
        }
        guard !name.isEmpty, !isBraced || after[name.endIndex...].first == "}" else { return nil }
        rest = after[name.endIndex...]
        if isBraced { rest = rest.dropFirst() }
        return String(name)
    }

    private static func number(_ name: String) -> Int? {
        guard name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), name.utf8.count < 9 else { return nil }
        return name.utf8.count > 1 && name.hasPrefix("0") ? nil : Int(name)
    }
}
