// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The whole page without its values: made when the set of layouts changes, then only filled in.
///
/// Families stand sorted by name, each once, with the series of all batches under one header. The texts of the series are
/// not here but in pools that all lines share: the pieces of each template once, and what fills the gaps of each layout.
struct Page {
    /// One sample line: the series at `index` of `batch`.
    struct Line {
        var batch: Int32
        var index: Int32
    }

    /// A family's header, which stands before the line `line`.
    struct Header {
        let line: Int
        let end: Int
    }

    /// Where a batch's texts begin: its template's piece ends, and its own.
    struct Reference {
        let pieceEnds: Int
        let pieces: Int
        let gapEnds: Int
    }

    /// The layouts of the snapshot that the page was made for, in the order of its batches.
    let layouts: [SeriesLayout]
    private(set) var lines: [Line] = []
    private(set) var headers: [Header] = []
    private(set) var headerBytes: [UInt8] = []
    let references: [Reference]
    let pools: TextPools
    /// How many bytes the page has without its values.
    private(set) var length = 0

    /// `texts` has one entry for each layout, in the same order; `families` are the names shown, nil for all.
    init(_ texts: [LayoutText], _ families: Set<String>?) {
        layouts = texts.map(\.layout)
        var pools = TextPools()
        references = texts.map { pools.reference(to: $0) }
        self.pools = pools
        lines.reserveCapacity(layouts.reduce(0) { $0 + $1.count })
        var members: [String: [(batch: Int, run: SeriesTemplate.Run)]] = [:]
        for (batch, layout) in layouts.enumerated() {
            for run in layout.template.runs where families?.contains(run.family.name) ?? true {
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
    private mutating func add(_ runs: [(batch: Int, run: SeriesTemplate.Run)], _ texts: [LayoutText]) {
        guard let family = runs.first?.run.family.header else { return }
        // By the hash of the text, seeded by the process: one text in some 10^19 pairs is looked at in vain.
        var seen: [Int: Int] = [:]
        seen.reserveCapacity(runs.reduce(0) { $0 + $1.run.indices.count })
        var hasHeader = false
        for (batch, run) in runs {
            for index in run.indices {
                guard let text = texts[batch].text(at: Int(index)) else { continue }
                let hash = text.hashValue
                let line = Line(batch: Int32(batch), index: index)
                if let old = seen[hash], texts[Int(lines[old].batch)].text(at: Int(lines[old].index)) == text {
                    lines[old] = line
                    continue
                }
                if !hasHeader { addHeader(family) }
                hasHeader = true
                seen[hash] = lines.count
                lines.append(line)
                length += text.count
            }
        }
    }

    private mutating func addHeader(_ family: MetricFamily) {
        let start = headerBytes.count
        headerBytes.append(contentsOf: "# HELP \(family.name) ".utf8)
        Escaping.append(family.help, quotes: false, to: &headerBytes)
        headerBytes.append(contentsOf: "\n# TYPE \(family.name) \(family.type.rawValue)\n".utf8)
        headers.append(Header(line: lines.count, end: headerBytes.count))
        length += headerBytes.count - start
    }
}

/// The pieces of all templates of a page, each once, and the gaps' texts of all its layouts.
struct TextPools {
    private(set) var pieces: [UInt8] = []
    /// Each template's begins with the place where its first piece does.
    private(set) var pieceEnds: [Int] = []
    private(set) var gaps: [UInt8] = []
    private(set) var gapEnds: [Int] = []
    private var known: [ObjectIdentifier: Int] = [:]

    mutating func reference(to text: LayoutText) -> Page.Reference {
        let template = text.template
        let place: Int
        if let found = known[ObjectIdentifier(template)] {
            place = found
        } else {
            place = pieceEnds.count
            known[ObjectIdentifier(template)] = place
            let base = pieces.count
            pieceEnds.append(base)
            pieceEnds.append(contentsOf: template.ends.lazy.map { base + Int($0) })
            pieces.append(contentsOf: template.bytes)
        }
        let reference = Page.Reference(pieceEnds: place, pieces: template.pieces, gapEnds: gapEnds.count)
        let base = gaps.count
        gapEnds.append(base)
        gapEnds.append(contentsOf: text.ends.lazy.map { base + Int($0) })
        gaps.append(contentsOf: text.bytes)
        return reference
    }
}
