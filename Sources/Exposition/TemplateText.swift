// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The text of a template's series, `name{a="b",domain="…"} `, with gaps where the labels stand that all of a layout's
/// series have: made once for all layouts of that template.
struct TemplateText {
    let bytes: [UInt8]
    /// Where each piece ends in `bytes`: for each series one more piece than there are gaps. All are empty when the format
    /// cannot name the series.
    let ends: [Int32]
    /// Of each series' name and labels, apart from the gaps: those of the labels in the gaps are added to it.
    let fingerprints: [Int]

    /// `gaps` are the names of the labels that all series have, sorted.
    init(_ template: SeriesTemplate, gaps: [String]) {
        var bytes: [UInt8] = []
        var ends: [Int32] = []
        var fingerprints: [Int] = []
        bytes.reserveCapacity(template.entries.count * 80)
        ends.reserveCapacity(template.entries.count * (gaps.count + 1))
        let canNameGaps = gaps.allSatisfy { NameSyntax.isLabelName($0) }
        for entry in template.entries {
            let own = Labels(entry.labels.filter { !gaps.contains($0.name) })
            fingerprints.append(entry.family.name.hashValue &+ own.fingerprint)
            let isNamed =
                canNameGaps && NameSyntax.isMetricName(entry.family.name)
                && own.all.allSatisfy { NameSyntax.isLabelName($0.name) }
            if isNamed {
                Self.append(entry.family.name, own.all, gaps, &bytes, &ends)
            } else {
                ends.append(contentsOf: repeatElement(Int32(bytes.count), count: gaps.count + 1))
            }
        }
        self.bytes = bytes
        self.ends = ends
        self.fingerprints = fingerprints
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
