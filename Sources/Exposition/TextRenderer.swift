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
    private var page = Page([])

    public init() {}

    /// How many layouts are remembered.
    var remembered: Int { texts.count }

    /// The page of `snapshot`: families sorted by name, each with one header, each series once. When two batches hold
    /// the same series, the later one gives the value.
    public mutating func render(_ snapshot: Snapshot) -> [UInt8] {
        if !page.fits(snapshot.batches) { remake(for: snapshot.batches) }
        let limit = page.fixed.count + page.lines.count * (ValueText.lengthLimit + 1)
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = Self.fill(buffer, with: page, snapshot.batches)
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
        page = Page(ordered)
    }

    /// Writes the page into `buffer`, which has room for the fixed text and the longest values; returns its length.
    private static func fill(
        _ buffer: UnsafeMutableBufferPointer<UInt8>, with page: Page, _ batches: [SeriesBatch]
    ) -> Int {
        guard let start = buffer.baseAddress else { return 0 }
        return page.fixed.withUnsafeBufferPointer { fixed in
            guard let source = fixed.baseAddress else { return 0 }
            var written = 0
            var read = 0
            for line in page.lines {
                (start + written).initialize(from: source + read, count: line.end - read)
                written += line.end - read
                read = line.end
                written += ValueText.write(batches[line.batch].values[line.index], at: start + written)
                start[written] = UInt8(ascii: "\n")
                written += 1
            }
            return written
        }
    }
}
