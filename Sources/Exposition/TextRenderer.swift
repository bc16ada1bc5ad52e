// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Renders snapshots in Prometheus's text format 0.0.4.
///
/// A snapshot of the same layouts as the one before costs a copy of names and labels and one number a series; one of other
/// layouts costs the lines' order too, and the texts of templates that are new. Nothing is remembered but the last page,
/// without its values.
public struct TextRenderer: Sendable {
    /// The `Content-Type` of what `render` returns.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

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

    /// The page of `snapshot`: families sorted by name, each with one header, each series once. When two batches hold
    /// the same series, the later one gives the value.
    public mutating func render(_ snapshot: Snapshot) -> [UInt8] {
        if !page.fits(snapshot.batches) {
            page = Page(snapshot.batches.map(\.layout), families, after: page)
        }
        let limit = page.length + page.lines.count * (ValueText.lengthLimit * 2 + 2)
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = fill(buffer, snapshot.batches)
        }
    }

    /// Writes the page into `buffer`, which has room for its text and the longest values; returns its length.
    private func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>, _ batches: [SeriesBatch]) -> Int {
        guard let start = buffer.baseAddress else { return 0 }
        let pools = page.pools
        return pools.pieces.withUnsafeBufferPointer { pieces in
            pools.gaps.withUnsafeBufferPointer { gaps in
                page.headerBytes.withUnsafeBufferPointer { headers in
                    var pen = Pen(start)
                    var header = 0
                    for (number, line) in page.lines.enumerated() {
                        if header < page.headers.count, page.headers[header].line == number {
                            let from = header == 0 ? 0 : page.headers[header - 1].end
                            pen.write(headers, from, page.headers[header].end)
                            header += 1
                        }
                        write(line, pieces, gaps, &pen)
                        write(batches[Int(line.batch)], Int(line.index), &pen)
                    }
                    return pen.place - start
                }
            }
        }
    }

    /// The series' name and labels: pieces and gaps in turn.
    private func write(
        _ line: Page.Line, _ pieces: UnsafeBufferPointer<UInt8>, _ gaps: UnsafeBufferPointer<UInt8>, _ pen: inout Pen
    ) {
        let reference = page.references[Int(line.batch)]
        var end = reference.pieceEnds + Int(line.index) * reference.pieces
        for gap in 0..<reference.pieces {
            if gap > 0 {
                let place = reference.gapEnds + gap
                pen.write(gaps, page.pools.gapEnds[place - 1], page.pools.gapEnds[place])
            }
            pen.write(pieces, page.pools.pieceEnds[end], page.pools.pieceEnds[end + 1])
            end += 1
        }
    }

    private func write(_ batch: SeriesBatch, _ index: Int, _ pen: inout Pen) {
        pen.place += ValueText.write(batch.values[index], at: pen.place)
        if hasTimestamps {
            pen.write(UInt8(ascii: " "))
            pen.place += ValueText.write(batch.time.milliseconds, at: pen.place)
        }
        pen.write(UInt8(ascii: "\n"))
    }
}

/// Where the next byte of a page goes.
private struct Pen {
    var place: UnsafeMutablePointer<UInt8>

    init(_ place: UnsafeMutablePointer<UInt8>) {
        self.place = place
    }

    mutating func write(_ byte: UInt8) {
        place.pointee = byte
        place += 1
    }

    mutating func write(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) {
        guard let source = bytes.baseAddress, end > start else { return }
        place.initialize(from: source + start, count: end - start)
        place += end - start
    }
}
