// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Renders snapshots in Prometheus's text format 0.0.4.
///
/// Names and labels are written once for each layout; a snapshot of the same layouts as the one before costs a copy of
/// them and one number a series. What it remembers of layouts that left the snapshot is dropped.
public struct TextRenderer: Sendable {
    /// The `Content-Type` of what `render` returns.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var texts: [ObjectIdentifier: LayoutText] = [:]
    private var page = Page([], nil)
    /// The names of the families that are shown; all when nil.
    private let families: Set<String>?
    private let hasTimestamps: Bool

    /// Shows `families` only, by name, when they are given. With `timestamps` each line ends with the time of its sample:
    /// Prometheus then takes that for its own, and does not mark a series stale when it leaves.
    public init(families: Set<String>? = nil, timestamps: Bool = false) {
        self.families = families
        hasTimestamps = timestamps
    }

    /// How many layouts are remembered.
    var remembered: Int { texts.count }

    /// The page of `snapshot`: families sorted by name, each with one header, each series once. When two batches hold
    /// the same series, the later one gives the value.
    public mutating func render(_ snapshot: Snapshot) -> [UInt8] {
        if !page.fits(snapshot.batches) { remake(for: snapshot.batches) }
        let limit = page.fixed.count + page.lines.count * (ValueText.lengthLimit * 2 + 2)
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = fill(buffer, snapshot.batches)
        }
    }

    private mutating func remake(for batches: [SeriesBatch]) {
        var kept: [ObjectIdentifier: LayoutText] = [:]
        var ordered: [LayoutText] = []
        ordered.reserveCapacity(batches.count)
        for batch in batches {
            let id = ObjectIdentifier(batch.layout)
            let text = kept[id] ?? texts[id] ?? LayoutText(batch.layout)
            kept[id] = text
            ordered.append(text)
        }
        texts = kept
        page = Page(ordered, families)
    }

    /// Writes the page into `buffer`, which has room for the fixed text and the longest values; returns its length.
    private func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>, _ batches: [SeriesBatch]) -> Int {
        guard let start = buffer.baseAddress else { return 0 }
        return page.fixed.withUnsafeBufferPointer { fixed in
            guard let source = fixed.baseAddress else { return 0 }
            var written = 0
            var read = 0
            for line in page.lines {
                (start + written).initialize(from: source + read, count: line.end - read)
                written += line.end - read
                read = line.end
                let batch = batches[line.batch]
                written += ValueText.write(batch.values[line.index], at: start + written)
                if hasTimestamps {
                    start[written] = UInt8(ascii: " ")
                    written += 1 + ValueText.write(batch.time.milliseconds, at: start + written + 1)
                }
                start[written] = UInt8(ascii: "\n")
                written += 1
            }
            return written
        }
    }
}
