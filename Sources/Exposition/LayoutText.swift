// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The text before the value of each series of one layout: `name{a="b"} `, made once and kept with the layout.
struct LayoutText {
    /// Held so that the identity under which this is remembered is not reused.
    let layout: SeriesLayout
    let bytes: [UInt8]
    /// Where each series's text stands in `bytes`; nil for a series that the format cannot name.
    let ranges: [Range<Int>?]
    /// A hash of each text, seeded by the process, so that equal series in two layouts are found quickly.
    let hashes: [Int]

    init(_ layout: SeriesLayout) {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>?] = []
        var hashes: [Int] = []
        bytes.reserveCapacity(layout.series.count * 96)
        ranges.reserveCapacity(layout.series.count)
        hashes.reserveCapacity(layout.series.count)
        for series in layout.series {
            let start = bytes.count
            let isNamed = Self.append(series, to: &bytes)
            if !isNamed { bytes.removeSubrange(start...) }
            ranges.append(isNamed ? start..<bytes.count : nil)
            var hasher = Hasher()
            bytes[start...].withUnsafeBytes { hasher.combine(bytes: $0) }
            hashes.append(hasher.finalize())
        }
        self.layout = layout
        self.bytes = bytes
        self.ranges = ranges
        self.hashes = hashes
    }

    /// Appends the text of `series`; false when its name or one of its labels' names is not allowed.
    private static func append(_ series: SeriesLayout.Series, to bytes: inout [UInt8]) -> Bool {
        guard NameSyntax.isMetricName(series.family.name) else { return false }
        bytes.append(contentsOf: series.family.name.utf8)
        var separator = UInt8(ascii: "{")
        for label in series.labels.all where label.name != Labels.metricName {
            guard NameSyntax.isLabelName(label.name) else { return false }
            bytes.append(separator)
            separator = UInt8(ascii: ",")
            bytes.append(contentsOf: label.name.utf8)
            bytes.append(contentsOf: [UInt8(ascii: "="), UInt8(ascii: "\"")])
            Escaping.append(label.value, quotes: true, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        if separator == UInt8(ascii: ",") { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
        return true
    }
}

/// The names that text format 0.0.4 allows.
enum NameSyntax {
    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
    static func isMetricName(_ name: String) -> Bool {
        isName(name) { $0 == UInt8(ascii: ":") }
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`
    static func isLabelName(_ name: String) -> Bool {
        isName(name) { _ in false }
    }

    private static func isName(_ name: String, also: (UInt8) -> Bool) -> Bool {
        var isFirst = true
        for byte in name.utf8 {
            let isLetter =
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
            let isDigit = UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            guard isLetter || byte == UInt8(ascii: "_") || also(byte) || (isDigit && !isFirst) else { return false }
            isFirst = false
        }
        return !isFirst
    }
}

/// The escapes of text format 0.0.4: `\\` and `\n`, in label values `\"` too.
enum Escaping {
    static func append(_ text: String, quotes: Bool, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"):
                bytes.append(contentsOf: [byte, byte])
            case UInt8(ascii: "\n"):
                bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case UInt8(ascii: "\"") where quotes:
                bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            default:
                bytes.append(byte)
            }
        }
    }
}
