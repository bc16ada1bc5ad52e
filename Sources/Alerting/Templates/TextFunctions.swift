// SPDX-License-Identifier: Apache-2.0
import Glibc
import Regex2
import Vocabulary

/// Functions of texts and numbers.
enum TextFunctions {
    typealias Function = TemplateFunctions.Function

    static let all: [String: Function] = [
        // Go's own.
        "print": .many { .string(print($0, as: \.asArgument)) },
        "println": .many { .string($0.map(\.asArgument).joined(separator: " ") + "\n") },
        "printf": Function(parameters: [.string], isVariadic: true) { (values, _) throws(TemplateFailure) in
            .string(try Printf.format(values[0].text, Array(values.dropFirst())))
        },
        "html": .many { .string(GoText.html(joined($0))) }, "js": .many { .string(GoText.js(joined($0))) },
        "urlquery": .many { .string(GoText.query(joined($0))) },
        "len": .one { (value) throws(TemplateFailure) in
            guard let count = value.count else { throw TemplateFailure("len of type \(value.type)") }
            return .int(count)
        },
        "index": .many(least: 1) { (values) throws(TemplateFailure) in try Indexing.index(values) },
        "slice": .many(least: 1) { (values) throws(TemplateFailure) in try Indexing.slice(values) },
        "call": .many(least: 1) { (values) throws(TemplateFailure) in
            // No value that a template can hold is a function.
            throw TemplateFailure("non-function of type \(values[0].type)")
        },
        // Prometheus's.
        "toUpper": .text { GoText.mapped($0, \.uppercaseMapping) },
        "toLower": .text { GoText.mapped($0, \.lowercaseMapping) },
        // Rules and messages differ here.
        "title": Function(parameters: [.string]) { (values, scope) in
            .string(scope.message == nil ? title(values[0].text) : NotificationFunctions.title(values[0].text))
        },
        "stripPort": .text { HostPort($0)?.host ?? $0 }, "stripDomain": .text(HostPort.stripDomain),
        "match": Function(parameters: [.string, .string], cost: 500, isSearch: true) {
            (values, _) throws(TemplateFailure) in
            .bool(try expression(values[0].text).matchesSomewhere(values[1].text))
        },
        "reReplaceAll": Function(parameters: [.string, .string, .string], cost: 500, isSearch: true) {
            (values, _) throws(TemplateFailure) in
            let expression = try expression(values[0].text)
            do throws(RegexError) {
                return .string(try expression.replaceAll(in: values[2].text, with: values[1].text))
            } catch {
                throw TemplateFailure(error.description)
            }
        },
        "safeHtml": .text { $0 }, "urlQueryEscape": .text { GoText.query($0) },
        "humanize": .number { Humanize.decimal($0) }, "humanize1024": .number { Humanize.binary($0) },
        "humanizeDuration": .number { Humanize.duration($0) },
        "humanizePercentage": .number { Humanize.percentage($0) },
        "humanizeTimestamp": .number { (value) throws(TemplateFailure) in
            value.isFinite ? Humanize.timestamp(try Humanize.time(value).seconds) : Humanize.short(value)
        },
        "parseDuration": .one { (value) throws(TemplateFailure) in
            guard let duration = DurationText.parse(value.text) else {
                throw TemplateFailure("not a valid duration string: \(GoText.quoted(String(value.text.prefix(80))))")
            }
            return .number(duration.inSeconds)
        },
        "toTime": .one { (value) throws(TemplateFailure) in .time(try Humanize.time(value.float())) },
        "toDuration": .one { (value) throws(TemplateFailure) in
            let seconds = try value.float()
            guard seconds.magnitude < 9.2e9 else { throw TemplateFailure("\(seconds) seconds are no duration") }
            return .duration(.nanoseconds(Int64(seconds * 1e9)))
        },
    ]

    /// With a space between two values of which neither is a text.
    private static func print(_ values: [TemplateValue], as text: (TemplateValue) -> String) -> String {
        var result = ""
        var isText = true
        for value in values {
            let wasText = isText
            if case .string = value { isText = true } else { isText = false }
            if !wasText, !isText { result += " " }
            result += text(value)
        }
        return result
    }

    /// What is escaped: nothing at all is a text here.
    private static func joined(_ values: [TemplateValue]) -> String {
        let values = values.map { (value) -> TemplateValue in
            if case .missing = value { .string(value.printed) } else { value }
        }
        return print(values, as: \.shown)
    }

    /// With a capital letter after what is neither letter, digit nor `_`; of other scripts' characters only blanks are.
    private static func title(_ text: String) -> String {
        var result = ""
        var isStart = true
        for scalar in text.unicodeScalars {
            result += isStart ? GoText.mapped(String(scalar), \.titlecaseMapping) : "\(scalar)"
            isStart = scalar.isASCII ? !scalar.isWordPart : scalar.properties.isWhitespace
        }
        return result
    }

    private static let longestPattern = 1024

    private static func expression(_ pattern: String) throws(TemplateFailure) -> RegularExpression {
        guard pattern.utf8.count <= longestPattern else {
            throw TemplateFailure("the pattern is longer than \(longestPattern) bytes")
        }
        do throws(RegexError) {
            return try RegularExpression(pattern, dotMatchesNewline: false)
        } catch {
            throw TemplateFailure(error.description)
        }
    }
}

/// `host:port`, as Go splits it.
struct HostPort {
    let host: String
    let port: String

    /// nil when there is no port, or the text is no such pair.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last else { return nil }
        port = String(last)
        let rest = text.dropLast(last.count + 1)
        if rest.hasPrefix("[") {
            guard rest.hasSuffix("]"), rest.count > 1 else { return nil }
            host = String(rest.dropFirst().dropLast())
        } else {
            guard !rest.contains(":"), !rest.contains("["), !rest.contains("]") else { return nil }
            host = String(rest)
        }
        guard !host.contains("["), !host.contains("]"), !port.contains("["), !port.contains("]") else { return nil }
    }

    /// The host without its domain; an address stays as it is.
    static func stripDomain(_ text: String) -> String {
        let pair = HostPort(text)
        let host = pair?.host ?? text
        guard !isAddress(host) else { return text }
        let name =
            host.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
        guard let pair, !pair.port.isEmpty else { return name }
        return name.contains(":") ? "[\(name)]:\(pair.port)" : "\(name):\(pair.port)"
    }

    private static func isAddress(_ host: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
    }
}
