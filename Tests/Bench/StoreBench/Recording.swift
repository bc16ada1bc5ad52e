// SPDX-License-Identifier: Apache-2.0
import Glibc
import Vocabulary

/// What `record.py` wrote: sets of series that were sampled at the same times.
struct Recording {
    struct Part {
        var times: [Timestamp] = []
        var series: [(labels: Labels, values: [Double])] = []

        var layout: SeriesLayout {
            SeriesLayout(
                series.map { one in
                    .init(family: MetricFamily(one.labels.name ?? "", .untyped, ""), labels: one.labels)
                })
        }

        /// Only each nth round.
        func every(_ step: Int) -> Part {
            func some<Item>(_ items: [Item]) -> [Item] {
                stride(from: 0, to: items.count, by: step).map { items[$0] }
            }
            return Part(times: some(times), series: series.map { ($0.labels, some($0.values)) })
        }
    }

    private(set) var parts: [Part] = []

    /// nil when the file cannot be read.
    init?(path: String) {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var size = 0
        defer { free(line) }
        while getline(&line, &size, file) > 0 {
            guard let line else { break }
            add(String(cString: line).dropLast())
        }
    }

    private mutating func add(_ line: Substring) {
        let words = line.split(separator: "\t", maxSplits: 1)
        guard words.count == 2 else { return }
        let values = words[1].split(separator: " ")
        if words[0] == "times" {
            parts.append(Part(times: values.compactMap { Int64($0) }.map { Timestamp(milliseconds: $0) }))
            return
        }
        var last = 0.0
        let numbers = values.map { word in
            if word != "=" { last = Double(word) ?? .nan }
            return last
        }
        parts[parts.count - 1].series.append((Self.labels(words[0]), numbers))
    }

    /// Of `name{a="b",c="d"}`; none of the values has a quote in it.
    private static func labels(_ text: Substring) -> Labels {
        let pieces = text.split(separator: "{", maxSplits: 1)
        var labels: [(String, String)] = []
        var rest = pieces.count > 1 ? pieces[1] : ""
        while let equals = rest.firstIndex(of: "="), let end = rest[equals...].dropFirst(2).firstIndex(of: "\"") {
            labels.append((String(rest[..<equals]), String(rest[equals..<end].dropFirst(2))))
            rest = rest[end...].dropFirst(2)
        }
        return Labels(name: String(pieces[0]), labels)
    }
}
