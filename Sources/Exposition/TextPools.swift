// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The pieces of all templates of a page, each once, and the gaps' texts of all its layouts.
struct TextPools {
    /// A template, and the names of its layouts' fixed labels.
    struct Key: Hashable {
        let template: ObjectIdentifier
        let gaps: [String]
    }

    /// Where a template's texts are.
    struct Place {
        /// Held so that the identity under which this is remembered is not reused.
        let template: SeriesTemplate
        /// In `pieceEnds`: where the first piece begins, then where each ends.
        let ends: Int
        /// Pieces of one series: one more than there are gaps.
        let pieces: Int
        /// In `fingerprints`: those of the template's series.
        let prints: Int
    }

    private(set) var pieces: [UInt8] = []
    private(set) var pieceEnds: [Int] = []
    private(set) var fingerprints: [Int] = []
    private(set) var gaps: [UInt8] = []
    private(set) var gapEnds: [Int] = []
    private var places: [Key: Place] = [:]

    /// The place of a layout's template, whose texts are copied from `old` when they are there.
    mutating func place(of layout: SeriesLayout, from old: TextPools) -> Place {
        let key = Key(template: ObjectIdentifier(layout.template), gaps: layout.fixed.map(\.name))
        if let known = places[key] { return known }
        let place = Place(
            template: layout.template, ends: pieceEnds.count, pieces: key.gaps.count + 1, prints: fingerprints.count)
        let base = pieces.count
        pieceEnds.append(base)
        if let before = old.places[key] {
            let (start, count) = (old.pieceEnds[before.ends], layout.count * place.pieces)
            let ends = old.pieceEnds[(before.ends + 1)..<(before.ends + 1 + count)]
            pieceEnds.append(contentsOf: ends.lazy.map { base + $0 - start })
            pieces.append(contentsOf: old.pieces[start..<(ends.last ?? start)])
            fingerprints.append(contentsOf: old.fingerprints[before.prints..<(before.prints + layout.count)])
        } else {
            let text = TemplateText(layout.template, gaps: key.gaps)
            pieceEnds.append(contentsOf: text.ends.lazy.map { base + Int($0) })
            pieces.append(contentsOf: text.bytes)
            fingerprints.append(contentsOf: text.fingerprints)
        }
        places[key] = place
        return place
    }

    /// Adds what fills the gaps of one layout, `domain="a"` one after the other; where in `gapEnds` that begins.
    mutating func addGaps(of layout: SeriesLayout) -> Int {
        let start = gapEnds.count
        gapEnds.append(gaps.count)
        for label in layout.fixed {
            LabelPair.append(label, after: nil, to: &gaps)
            gapEnds.append(gaps.count)
        }
        return start
    }

    /// How long the text of one series is without its gaps; 0 when the format cannot name it.
    func length(at index: Int, of reference: Page.Reference) -> Int {
        let first = reference.pieceEnds + index * reference.pieces
        return pieceEnds[first + reference.pieces] - pieceEnds[first]
    }

    /// The whole text of one series.
    func text(at index: Int, of reference: Page.Reference) -> [UInt8] {
        var text: [UInt8] = []
        var end = reference.pieceEnds + index * reference.pieces
        for gap in 0..<reference.pieces {
            if gap > 0 {
                let place = reference.gapEnds + gap
                text += gaps[gapEnds[place - 1]..<gapEnds[place]]
            }
            text += pieces[pieceEnds[end]..<pieceEnds[end + 1]]
            end += 1
        }
        return text
    }
}
