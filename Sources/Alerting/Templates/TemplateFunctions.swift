// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The functions of templates: Go's for comparison and printing, Prometheus's for people.
enum TemplateFunctions {
    typealias Body = @Sendable ([TemplateValue]) throws(TemplateFailure) -> TemplateValue

    /// Known to Prometheus, and not here: said at load, so that no alert finds out.
    private static let unsupported: Set<String> = [
        "query", "first", "label", "value", "strvalue", "args", "tmpl", "reReplaceAll", "match", "graphLink",
        "tableLink", "sortByLabel", "toTime", "toDuration", "now", "parseDuration", "pathPrefix", "externalURL",
        "safeHtml", "urlQueryEscape", "slice", "html", "js", "urlquery", "call",
    ]

    private static let all: [String: Body] = [
        "and": { (values) throws(TemplateFailure) in values.first { !$0.isTrue } ?? values.last ?? .missing },
        "eq": { (values) throws(TemplateFailure) in .bool(try equal(values)) },
        "ge": { (values) throws(TemplateFailure) in .bool(try !isLess(values)) },
        "gt": { (values) throws(TemplateFailure) in .bool(try isLess(Array(values.reversed()))) },
        "humanize": number(Humanize.decimal), "humanize1024": number(Humanize.binary),
        "humanizeDuration": number(Humanize.duration), "humanizePercentage": number(Humanize.percentage),
        "humanizeTimestamp": number(Humanize.timestamp),
        "index": { (values) throws(TemplateFailure) in
            guard values.count == 2, case .labels(let labels) = values[0], case .string(let name) = values[1] else {
                throw TemplateFailure(reason: "index needs labels and the name of one")
            }
            return .string(labels[name] ?? "")
        },
        "le": { (values) throws(TemplateFailure) in .bool(try !isLess(Array(values.reversed()))) },
        "len": { (values) throws(TemplateFailure) in
            switch values.first {
            case .string(let text): return .int(text.utf8.count)
            case .labels(let labels): return .int(labels.all.count)
            default: throw TemplateFailure(reason: "len needs a text or labels")
            }
        },
        "lt": { (values) throws(TemplateFailure) in .bool(try isLess(values)) },
        "ne": { (values) throws(TemplateFailure) in .bool(try !equal(values)) },
        "not": { (values) throws(TemplateFailure) in .bool(values.first?.isTrue != true) },
        "or": { (values) throws(TemplateFailure) in values.first(where: \.isTrue) ?? values.last ?? .missing },
        "print": { (values) throws(TemplateFailure) in .string(values.map(\.printed).joined()) },
        "printf": { (values) throws(TemplateFailure) in
            guard case .string(let format)? = values.first else {
                throw TemplateFailure(reason: "printf needs a format first")
            }
            return .string(Printf.format(format, Array(values.dropFirst())))
        },
        "println": { (values) throws(TemplateFailure) in .string(values.map(\.printed).joined(separator: " ") + "\n") },
        "stripDomain": text { String($0.prefix { $0 != "." }) },
        "stripPort": text(stripPort),
        "title": text { text in
            var isStart = true
            return String(
                text.map { character -> Character in
                    defer { isStart = character.isWhitespace }
                    return isStart ? character.uppercased().first ?? character : character
                })
        },
        "toLower": text { $0.lowercased() }, "toUpper": text { $0.uppercased() },
    ]

    static func check(_ name: String) throws(TemplateError) {
        if unsupported.contains(name) { throw TemplateError("function \"\(name)\" is not supported") }
        guard all[name] != nil else { throw TemplateError("function \"\(name.prefix(40))\" is not defined") }
    }

    static func call(_ name: String, _ arguments: [TemplateValue]) throws(TemplateFailure) -> TemplateValue {
        guard let body = all[name] else { throw TemplateFailure(reason: "function \(name) is not defined") }
        return try body(arguments)
    }

    private static func number(_ body: @escaping @Sendable (Double) -> String) -> Body {
        { (values) throws(TemplateFailure) in
            switch values.first {
            case .number(let number) where values.count == 1: return .string(body(number))
            case .int(let number) where values.count == 1: return .string(body(Double(number)))
            case .string(let text) where values.count == 1:
                guard let number = Double(text) else { throw TemplateFailure(reason: "\"\(text)\" is no number") }
                return .string(body(number))
            default: throw TemplateFailure(reason: "a number is needed, and one only")
            }
        }
    }

    private static func text(_ body: @escaping @Sendable (String) -> String) -> Body {
        { (values) throws(TemplateFailure) in
            guard values.count == 1, case .string(let text) = values[0] else {
                throw TemplateFailure(reason: "a text is needed, and one only")
            }
            return .string(body(text))
        }
    }

    /// `host:9177` without the port; an address in brackets loses them as well.
    private static func stripPort(_ text: String) -> String {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : text
    }

    /// Whether the first value equals one of the others; as in Go, an integer is never compared with a float.
    private static func equal(_ values: [TemplateValue]) throws(TemplateFailure) -> Bool {
        guard values.count > 1 else { throw TemplateFailure(reason: "missing argument for comparison") }
        for other in values.dropFirst() {
            try comparable(values[0], other)
            if values[0] == other { return true }
        }
        return false
    }

    private static func isLess(_ values: [TemplateValue]) throws(TemplateFailure) -> Bool {
        guard values.count == 2 else { throw TemplateFailure(reason: "two values are compared, not \(values.count)") }
        switch (values[0], values[1]) {
        case (.int(let left), .int(let right)): return left < right
        case (.number(let left), .number(let right)): return left < right
        case (.string(let left), .string(let right)): return left < right
        default: throw TemplateFailure(reason: "incompatible types for comparison")
        }
    }

    private static func comparable(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateFailure) {
        switch (left, right) {
        case (.int, .int), (.number, .number), (.string, .string), (.bool, .bool), (.missing, _), (_, .missing): return
        default: throw TemplateFailure(reason: "incompatible types for comparison")
        }
    }
}
