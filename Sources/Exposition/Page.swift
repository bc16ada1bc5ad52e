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

    /// Where a batch's texts begin in the pools: its template's piece ends and fingerprints, and its own gaps.
    struct Reference {
        let pieceEnds: Int
        let pieces: Int
        let gapEnds: Int
        let prints: Int
        /// The sum of the fixed labels' fingerprints.
        let print: Int
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

    /// The page of `layouts`; `families` are the names shown, nil for all. Texts of templates that `old` has are its own.
    init(_ layouts: [SeriesLayout], _ families: Set<String>?, after old: Page? = nil) {
        self.layouts = layouts
        var pools = TextPools()
        var groups = FamilyGroups(families)
        let before = old?.pools ?? TextPools()
        references = layouts.enumerated().map { batch, layout in
            let place = pools.place(of: layout, from: before)
            groups.add(layout.template, of: batch)
            return Reference(
                pieceEnds: place.ends, pieces: place.pieces, gapEnds: pools.addGaps(of: layout), prints: place.prints,
                print: layout.fixed.reduce(0) { $0 &+ $1.fingerprint })
        }
        self.pools = pools
        lines.reserveCapacity(layouts.reduce(0) { $0 + $1.count })
        for members in groups.sorted { add(members) }
    }

    func fits(_ batches: [SeriesBatch]) -> Bool {
        layouts.count == batches.count && zip(layouts, batches).allSatisfy { $0 === $1.layout }
    }

    /// Adds one family. A series that is in two batches gets one line, with the value of the later batch.
    private mutating func add(_ members: FamilyGroups.Members) {
        // By the sum of the labels' fingerprints: one pair of series in some 10^19 is looked at in vain.
        var seen: [Int: Int] = [:]
        seen.reserveCapacity(members.count)
        var hasHeader = false
        for (batch, run) in members.runs {
            let reference = references[batch]
            let gaps = pools.gapEnds[reference.gapEnds + reference.pieces - 1] - pools.gapEnds[reference.gapEnds]
            for index in run.indices {
                let own = pools.length(at: Int(index), of: reference)
                guard own > 0 else { continue }
                let print = pools.fingerprints[reference.prints + Int(index)] &+ reference.print
                let line = Line(batch: Int32(batch), index: index)
                if let old = seen.updateValue(lines.count, forKey: print) {
                    if text(of: lines[old]) == text(of: line) {
                        lines[old] = line
                        seen[print] = old
                        continue
                    }
                }
                if !hasHeader { addHeader(members.family) }
                hasHeader = true
                lines.append(line)
                length += own + gaps
            }
        }
    }

    private func text(of line: Line) -> [UInt8] {
        pools.text(at: Int(line.index), of: references[Int(line.batch)])
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
