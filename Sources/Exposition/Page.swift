// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The whole page without its values: made when the set of layouts changes, then only filled in.
///
/// Families stand sorted by name, each once, with the series of all batches under one header.
struct Page {
    /// One sample line: the fixed text goes up to `end`, the value comes from `batch` at `index`.
    struct Line {
        let end: Int
        var batch: Int
        var index: Int
    }

    /// The layouts of the snapshot that the page was made for, in the order of its batches.
    let layouts: [SeriesLayout]
    /// Headers, names and labels of the page, with all values and the newlines after them left out.
    private(set) var fixed: [UInt8] = []
    private(set) var lines: [Line] = []

    /// `texts` has one entry for each layout, in the same order; `families` are the names shown, nil for all.
    init(_ texts: [LayoutText], _ families: Set<String>?) {
        layouts = texts.map(\.layout)
        fixed.reserveCapacity(texts.reduce(16384) { $0 + $1.bytes.count })
        lines.reserveCapacity(layouts.reduce(0) { $0 + $1.series.count })
        var members: [String: [(batch: Int, run: SeriesLayout.Run)]] = [:]
        for (batch, layout) in layouts.enumerated() {
            for run in layout.runs where families?.contains(run.family.name) ?? true {
                members[run.family.header.name, default: []].append((batch, run))
            }
        }
        for name in members.keys.sorted() {
            if let runs = members[name] { add(runs, texts) }
        }
    }

    func fits(_ batches: [SeriesBatch]) -> Bool {
        layouts.count == batches.count && zip(layouts, batches).allSatisfy { $0 === $1.layout }
    }

    /// Adds one family. A series that is in two batches gets one line, with the value of the later batch.
    private mutating func add(_ runs: [(batch: Int, run: SeriesLayout.Run)], _ texts: [LayoutText]) {
        guard let family = runs.first?.run.family.header else { return }
        var seen: [Int: Int] = [:]
        seen.reserveCapacity(runs.reduce(0) { $0 + $1.run.indices.count })
        var hasHeader = false
        for (batch, run) in runs {
            let text = texts[batch]
            for index in run.indices {
                guard let range = text.ranges[index] else { continue }
                if let line = seen[text.hashes[index]], has(text.bytes[range], at: line) {
                    lines[line].batch = batch
                    lines[line].index = index
                    continue
                }
                if !hasHeader { addHeader(family) }
                hasHeader = true
                fixed.append(contentsOf: text.bytes[range])
                seen[text.hashes[index]] = lines.count
                lines.append(Line(end: fixed.count, batch: batch, index: index))
            }
        }
    }

    /// Whether `line` ends with `text` and nothing but a header stands before it.
    private func has(_ text: ArraySlice<UInt8>, at line: Int) -> Bool {
        let start = line == 0 ? 0 : lines[line - 1].end
        let found = fixed[start..<lines[line].end]
        guard found.count >= text.count, found.suffix(text.count).elementsEqual(text) else { return false }
        return found.count == text.count || found.dropLast(text.count).last == UInt8(ascii: "\n")
    }

    private mutating func addHeader(_ family: MetricFamily) {
        fixed.append(contentsOf: "# HELP \(family.name) ".utf8)
        Escaping.append(family.help, quotes: false, to: &fixed)
        fixed.append(contentsOf: "\n# TYPE \(family.name) \(family.type.rawValue)\n".utf8)
    }
}
