// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import TestHosts
import Vocabulary

/// The files of the folder Corpus: series, and expressions to ask about them. Tests/Oracle/corpus.py reads them too.
///
///     series every 15s from 1m         a header; the lines below it are indented
///       up{job="a"}  1 5*3 _ 0..10/2   a series: 1, three times 5, none, from 0 to 10 by 2; also stale, NaN and Inf
///     at 5m                            or from 0 to 5m by 30s: when what follows is evaluated
///       sum(up)                        an expression; ⏎ stands for a newline
///       ~ topk(1, up)                  which of equal series is chosen is left open
///       (differs: why)                 the next expression is answered otherwise, on purpose
struct Corpus {
    struct Case: Sendable {
        enum Times: Sendable {
            case instant(Timestamp)
            case range(from: Timestamp, through: Timestamp, step: Duration)
        }

        let file: String
        let line: Int
        let expression: String
        let times: Times
        /// Whether Prometheus and we answer otherwise, on purpose.
        let isDifferent: Bool
        /// Whether it is left open which of equal series is chosen.
        let isOpen: Bool

        /// Whether the result comes in the order of its values; groups come in any order.
        var hasOrder: Bool {
            if expression.hasPrefix("sort") { return true }
            return (expression.hasPrefix("topk") || expression.hasPrefix("bottomk"))
                && !expression.contains(/\b(by|without)\b/)
        }
    }

    private enum Block {
        case series(every: Int64, from: Int64)
        case cases(Case.Times)
    }

    private(set) var series: [SeriesPoints] = []
    private(set) var cases: [Case] = []

    init() throws {
        let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Corpus"
        for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where file.hasSuffix(".txt") {
            try read(try String(contentsOf: URL(filePath: "\(folder)/\(file)"), encoding: .utf8), called: file)
        }
    }

    private mutating func read(_ text: String, called file: String) throws {
        var block: Block?
        var isDifferent = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first(where: { $0 != " " }), !line.hasPrefix("#") else { continue }
            let content = String(line.drop { $0 == " " })
            guard line.hasPrefix(" ") else {
                block = try Self.header(content, "\(file):\(index + 1)")
                continue
            }
            switch block {
            case .series(let every, let from):
                series.append(try Self.series(content, every, from, "\(file):\(index + 1)"))
            case .cases where content.hasPrefix("(differs:"): isDifferent = true
            case .cases(let times):
                let isOpen = first == "~" && content.hasPrefix("~ ")
                let expression = isOpen ? String(content.dropFirst(2)) : content
                cases.append(
                    Case(
                        file: file, line: index + 1,
                        expression: expression.split(separator: "⏎", omittingEmptySubsequences: false)
                            .joined(separator: "\n"),
                        times: times, isDifferent: isDifferent, isOpen: isOpen))
                isDifferent = false
            case nil: throw HostError("\(file):\(index + 1): no header before this line")
            }
        }
    }

    private static func header(_ line: String, _ place: String) throws -> Block {
        let words = line.split(separator: " ").map(String.init)
        let pairs = words.first == "series" ? Array(words.dropFirst()) : words
        var times: [String: Int64] = [:]
        for index in stride(from: 0, to: pairs.count - 1, by: 2) {
            times[pairs[index]] = try milliseconds(pairs[index + 1], place)
        }
        if words.first == "series", let every = times["every"] {
            return .series(every: every, from: times["from"] ?? 0)
        }
        if let time = times["at"] { return .cases(.instant(Timestamp(milliseconds: time))) }
        if let from = times["from"], let through = times["to"], let step = times["by"] {
            return .cases(
                .range(
                    from: Timestamp(milliseconds: from), through: Timestamp(milliseconds: through),
                    step: .milliseconds(step)))
        }
        throw HostError("\(place): not a header: \(line)")
    }

    /// Of 1h2m, -5s, 1.5s or 0.
    private static func milliseconds(_ text: String, _ place: String) throws -> Int64 {
        let units: [String: Double] = ["ms": 1, "s": 1000, "": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        var rest = text.drop { $0 == "-" }
        var sum = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let factor = units[String(unit)] else {
                throw HostError("\(place): no duration: \(text)")
            }
            sum += value * factor
        }
        return Int64(sum.rounded()) * (text.hasPrefix("-") ? -1 : 1)
    }

    private static func series(_ line: String, _ every: Int64, _ from: Int64, _ place: String) throws -> SeriesPoints {
        let name = line.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
        var rest = line.dropFirst(name.count)
        var labels: [Label] = name.isEmpty ? [] : [Label(Labels.metricName, String(name))]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while let label = label(&rest) { labels.append(label) }
            guard rest.first == "}" else { throw HostError("\(place): no labels: \(line)") }
            rest = rest.dropFirst()
        }
        let points = try values(rest, place).enumerated().compactMap { index, value in
            value.map { Point(time: Timestamp(milliseconds: from + Int64(index) * every), value: $0) }
        }
        return SeriesPoints(labels: Labels(labels), points: points)
    }

    /// The next `name="value"`, taken from `rest` with the comma after it; nil when there is none.
    private static func label(_ rest: inout Substring) -> Label? {
        guard let match = rest.prefixMatch(of: /\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*/) else {
            return nil
        }
        rest = rest[match.range.upperBound...]
        var value = ""
        var isEscaped = false
        for character in match.2 {
            if isEscaped {
                value.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                value.append(character)
            }
        }
        return Label(String(match.1), value)
    }

    private static func values(_ text: Substring, _ place: String) throws -> [Double?] {
        try text.split(separator: " ").flatMap { word -> [Double?] in
            if let match = word.wholeMatch(of: /(.+)\*(\d+)/) {
                return Array(repeating: try value(match.1, place), count: Int(match.2) ?? 0)
            }
            if let match = word.wholeMatch(of: /(-?[\d.]+?)\.\.(-?[\d.]+)\/([\d.]+)/),
                let first = Double(match.1), let last = Double(match.2), let step = Double(match.3)
            {
                let count = Int((last - first).magnitude / step + 1.5)
                return (0..<count).map { first + Double($0) * (last < first ? -step : step) }
            }
            return [try value(word, place)]
        }
    }

    private static func value(_ word: Substring, _ place: String) throws -> Double? {
        switch word {
        case "_": return nil
        case "stale": return StaleMarker.value
        default:
            guard let value = Double(word) else { throw HostError("\(place): no value: \(word)") }
            return value
        }
    }
}
