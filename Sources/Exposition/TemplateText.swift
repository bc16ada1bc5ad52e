// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The text of a template's series, `name{a="b",domain="…"} `, with gaps where the labels stand that all of a layout's
/// series have: made once for all layouts of that template.
final class TemplateText: Sendable {
    /// Held so that the identity under which this is remembered is not reused.
    let template: SeriesTemplate
    let bytes: [UInt8]
    /// Where each piece ends in `bytes`: for each series one more piece than there are gaps.
    let ends: [Int32]
    /// Pieces of one series.
    let pieces: Int
    /// Whether the format can name each series.
    let isNamed: [Bool]

    /// `gaps` are the names of the labels that all series have, sorted.
    init(_ template: SeriesTemplate, gaps: [String]) {
        var bytes: [UInt8] = []
        var ends: [Int32] = []
        var isNamed: [Bool] = []
        bytes.reserveCapacity(template.entries.count * 80)
        ends.reserveCapacity(template.entries.count * (gaps.count + 1))
        let canNameGaps = gaps.allSatisfy { NameSyntax.isLabelName($0) }
        for entry in template.entries {
            let own = Labels(entry.labels.filter { !gaps.contains($0.name) }).all
            let start = bytes.count
            let mark = ends.count
            isNamed.append(
                canNameGaps && NameSyntax.isMetricName(entry.family.name)
                    && own.allSatisfy { NameSyntax.isLabelName($0.name) })
            Self.append(entry.family.name, own, gaps, &bytes, &ends)
            if isNamed.last == false {
                bytes.removeSubrange(start...)
                for index in mark..<ends.count { ends[index] = Int32(start) }
            }
        }
        self.template = template
        self.bytes = bytes
        self.ends = ends
        self.isNamed = isNamed
        pieces = gaps.count + 1
    }

    /// Appends the pieces of one series. `own` and `gaps` are sorted, so their names are merged as they come.
    private static func append(
        _ name: String, _ own: [Label], _ gaps: [String], _ bytes: inout [UInt8], _ ends: inout [Int32]
    ) {
        bytes.append(contentsOf: name.utf8)
        var separator = UInt8(ascii: "{")
        var rest = own[...]
        for gap in gaps {
            while let label = rest.first, label.name < gap {
                LabelPair.append(label, after: separator, to: &bytes)
                separator = UInt8(ascii: ",")
                rest = rest.dropFirst()
            }
            bytes.append(separator)
            separator = UInt8(ascii: ",")
            ends.append(Int32(bytes.count))
        }
        for label in rest {
            LabelPair.append(label, after: separator, to: &bytes)
            separator = UInt8(ascii: ",")
        }
        if separator == UInt8(ascii: ",") { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
        ends.append(Int32(bytes.count))
    }
}

/// The text that fills the gaps of one layout: `domain="a"`, one after the other.
struct LayoutText {
    /// Held so that the identity under which this is remembered is not reused.
    let layout: SeriesLayout
    let template: TemplateText
    let bytes: [UInt8]
    let ends: [Int32]

    init(_ layout: SeriesLayout, _ template: TemplateText) {
        var bytes: [UInt8] = []
        var ends: [Int32] = []
        for label in layout.fixed {
            LabelPair.append(label, after: nil, to: &bytes)
            ends.append(Int32(bytes.count))
        }
        self.layout = layout
        self.template = template
        self.bytes = bytes
        self.ends = ends
    }

    /// The whole text of one series; nil when the format cannot name it.
    func text(at index: Int) -> [UInt8]? {
        guard template.isNamed[index] else { return nil }
        var text: [UInt8] = []
        for piece in 0..<template.pieces {
            let place = index * template.pieces + piece
            text += template.bytes[(place == 0 ? 0 : Int(template.ends[place - 1]))..<Int(template.ends[place])]
            if piece < ends.count { text += bytes[(piece == 0 ? 0 : Int(ends[piece - 1]))..<Int(ends[piece])] }
        }
        return text
    }
}

/// `name="value"`, escaped.
enum LabelPair {
    static func append(_ label: Label, after separator: UInt8?, to bytes: inout [UInt8]) {
        if let separator { bytes.append(separator) }
        bytes.append(contentsOf: label.name.utf8)
        bytes.append(contentsOf: [UInt8(ascii: "="), UInt8(ascii: "\"")])
        Escaping.append(label.value, quotes: true, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}
