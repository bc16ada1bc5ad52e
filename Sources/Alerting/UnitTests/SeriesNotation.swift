// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// Why a series or its values could not be read.
struct NotationError: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Series as unit tests write them: `name{label="value"}`, and values as `1+2x10 _x3 stale`.
enum SeriesNotation {
    /// The most values that one series may have.
    static let mostValues = 1_000_000

    /// The labels that `text` says; `{}` and nothing at all are no labels.
    static func labels(_ text: String) throws(NotationError) -> Labels {
        var reader = SeriesReader(text)
        return try reader.labels()
    }

    /// The labels of a series of the input. Unlike elsewhere no space may stand before the `{`: in promtool's own notation
    /// values would follow it.
    static func inputLabels(_ text: String) throws(NotationError) -> Labels {
        let name = text.drop { $0.isWhitespace }.prefix { !$0.isWhitespace && $0 != "{" }
        let rest = text[name.endIndex...]
        if !name.isEmpty, rest.first?.isWhitespace == true, rest.first(where: { !$0.isWhitespace }) == "{" {
            throw NotationError("\"\(text.prefix(80))\" is no series: a space stands before its {")
        }
        return try labels(text)
    }

    /// A value for each step: nil for none, a stale marker for `stale`.
    static func values(_ text: String) throws(NotationError) -> [Double?] {
        var values: [Double?] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            let (first, step, count) = try Self.word(word)
            guard values.count + count <= mostValues else {
                throw NotationError("it has more than \(mostValues) values")
            }
            // Added up one by one, as promtool does: a product would be rounded otherwise.
            var value = first
            for _ in 0..<count {
                values.append(value)
                value = value.map { step == 0 ? $0 : $0 + step }
            }
        }
        return values
    }

    /// The first value, what is added each time, and how many values it makes.
    private static func word(_ word: Substring) throws(NotationError) -> (Double?, Double, Int) {
        let wrong = NotationError(
            "\"\(word.prefix(40))\" is no value; write one as 5, _, stale, 5x3, _x3, 1+2x3 or 1-2x3")
        if word == "stale" { return (StaleMarker.value, 0, 1) }
        if let special = special(word) { return (special, 0, 1) }
        let parts = word.split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw wrong }
        var count = 0
        if parts.count == 2 {
            guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(parts[1]), number < mostValues
            else {
                throw wrong
            }
            count = number
        }
        if parts[0] == "_" { return (nil, 0, parts.count == 2 ? count : 1) }
        var rest = parts[0]
        guard let first = number(&rest, isSigned: true) else { throw wrong }
        if rest.isEmpty { return (first, 0, count + 1) }
        let sign = rest.removeFirst()
        guard parts.count == 2, sign == "+" || sign == "-", let step = number(&rest, isSigned: false), rest.isEmpty
        else {
            throw wrong
        }
        return (first, sign == "-" ? -step : step, count + 1)
    }

    private static func special(_ word: Substring) -> Double? {
        switch word.lowercased() {
        case "inf", "+inf": .infinity
        case "-inf": -.infinity
        case "nan", "+nan", "-nan": .nan
        default: nil
        }
    }

    /// Takes a number off the front: decimal, or octal where it begins with a 0.
    private static func number(_ rest: inout Substring, isSigned: Bool) -> Double? {
        var text = ""
        while let character = rest.first {
            let isSign = character == "+" || character == "-"
            let mayBeSign = text.isEmpty ? isSigned : text.hasSuffix("e") || text.hasSuffix("E")
            guard character.isASCII, character.isNumber || ".eE".contains(character) || isSign && mayBeSign else {
                break
            }
            text.append(character)
            rest.removeFirst()
        }
        let sign = text.prefix { $0 == "+" || $0 == "-" }
        if let whole = GoText.int(String(sign), String(text.dropFirst(sign.count))) { return Double(whole) }
        if text.hasSuffix(".") { text += "0" }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
}

/// Reads `name{label="value", …}`.
private struct SeriesReader {
    private let text: String
    private var rest: Substring

    init(_ text: String) {
        self.text = text
        rest = text[...]
    }

    mutating func labels() throws(NotationError) -> Labels {
        var found: [Label] = []
        skipSpace()
        let name = word()
        if !name.isEmpty {
            guard name.isMetricName else { throw error("\"\(name.prefix(40))\" is no name of a metric") }
            found.append(Label(Labels.metricName, name))
        }
        skipSpace()
        if take("{") {
            skipSpace()
            while !take("}") {
                found.append(try pair())
                skipSpace()
                guard take(",") || rest.first == "}" else {
                    throw error("a comma or } is expected before \"\(rest.prefix(20))\"")
                }
                skipSpace()
            }
        }
        skipSpace()
        guard rest.isEmpty else { throw error("\"\(rest.prefix(20))\" follows it") }
        guard Set(found.map(\.name)).count == found.count else { throw error("a label is there twice") }
        return Labels(found)
    }

    /// `name="value"`; a quoted text alone is the metric's name.
    private mutating func pair() throws(NotationError) -> Label {
        var name: String
        if rest.first == "\"" || rest.first == "'" || rest.first == "`" {
            name = try quoted()
            skipSpace()
            if rest.first == "," || rest.first == "}" { return Label(Labels.metricName, name) }
        } else {
            name = word()
            guard name.isLabelName else { throw error("a label's name is expected before \"\(rest.prefix(20))\"") }
        }
        skipSpace()
        guard take("=") else { throw error("= is expected after \(name.prefix(40))") }
        skipSpace()
        return Label(name, try quoted())
    }

    /// A string as PromQL writes it, with its escapes.
    private mutating func quoted() throws(NotationError) -> String {
        guard let quote = rest.first, "\"'`".contains(quote) else {
            throw error("a quoted text is expected before \"\(rest.prefix(20))\"")
        }
        let start = rest
        rest.removeFirst()
        while let character = rest.popFirst(), character != quote {
            if character == "\\", quote != "`" { rest = rest.dropFirst() }
        }
        let literal = String(start[..<rest.startIndex])
        do throws(QueryError) {
            let value = try Query(parsing: literal).evaluate(at: Timestamp(milliseconds: 0), over: NoSeries()).value
            if case .string(let text) = value { return text }
            throw QueryError("it is no text")
        } catch {
            throw self.error("\(literal.prefix(40)): \(error.message)")
        }
    }

    private mutating func word() -> String {
        let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
        rest = rest[word.endIndex...]
        return String(word)
    }

    private mutating func take(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0.isWhitespace }
    }

    private func error(_ reason: String) -> NotationError {
        NotationError("\"\(text.prefix(80))\" is no series: \(reason)")
    }
}

/// A store without series.
private struct NoSeries: SeriesSource {
    func points(of: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int) -> [SeriesPoints] { [] }

    func newestPoints(of: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] { [] }
}
