// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Series as Prometheus's remote write takes them: the only way in that keeps the bits of a stale marker.
enum RemoteWrite {
    /// The body of one request: a `prometheus.WriteRequest`, in Snappy's block format.
    static func body(_ series: [SeriesPoints]) -> [UInt8] {
        snappy(series.flatMap { field(1, timeSeries($0)) })
    }

    private static func timeSeries(_ series: SeriesPoints) -> [UInt8] {
        let labels = series.labels.all.flatMap { label in
            field(1, field(1, Array(label.name.utf8)) + field(2, Array(label.value.utf8)))
        }
        let samples = series.points.flatMap { point in
            let bits = (0..<8).map { UInt8(truncatingIfNeeded: point.value.bitPattern >> ($0 * 8)) }
            return field(2, [0x09] + bits + [0x10] + variable(UInt64(bitPattern: point.time.milliseconds)))
        }
        return labels + samples
    }

    /// A field that has a length.
    private static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
        variable(number << 3 | 2) + variable(UInt64(content.count)) + content
    }

    private static func variable(_ number: UInt64) -> [UInt8] {
        var rest = number
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// Nothing but literals, each with a length of two bytes.
    private static func snappy(_ bytes: [UInt8]) -> [UInt8] {
        var result = variable(UInt64(bytes.count))
        for start in stride(from: 0, to: bytes.count, by: 65_536) {
            let piece = bytes[start..<min(start + 65_536, bytes.count)]
            let length = piece.count - 1
            result += [0xF4, UInt8(length & 0xFF), UInt8(length >> 8)]
            result += piece
        }
        return result
    }
}
