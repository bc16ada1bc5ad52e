// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Series as Prometheus's remote write takes them: the only way in that keeps the bits of a stale marker.
public enum RemoteWrite {
    /// What the request's header has to say of the body.
    public static let headers = [
        ("Content-Encoding", "snappy"), ("Content-Type", "application/x-protobuf"),
        ("X-Prometheus-Remote-Write-Version", "0.1.0"),
    ]

    /// The body of one request: a `prometheus.WriteRequest`, in Snappy's block format.
    public static func body(_ series: [SeriesPoints]) -> [UInt8] {
        var message: [UInt8] = []
        var one: [UInt8] = []
        for item in series {
            one.removeAll(keepingCapacity: true)
            append(item, to: &one)
            append(field: 1, one, to: &message)
        }
        return snappy(message)
    }

    private static func append(_ series: SeriesPoints, to bytes: inout [UInt8]) {
        for label in series.labels.all {
            var content: [UInt8] = []
            append(field: 1, Array(label.name.utf8), to: &content)
            append(field: 2, Array(label.value.utf8), to: &content)
            append(field: 1, content, to: &bytes)
        }
        for point in series.points {
            let time = UInt64(bitPattern: point.time.milliseconds)
            // Field 2: a sample, of a double in field 1 and a number in field 2.
            bytes.append(0x12)
            append(UInt64(10 + length(time)), to: &bytes)
            bytes.append(0x09)
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: point.value.bitPattern >> UInt64(shift)))
            }
            bytes.append(0x10)
            append(time, to: &bytes)
        }
    }

    /// A field that has a length.
    private static func append(field number: UInt64, _ content: [UInt8], to bytes: inout [UInt8]) {
        append(number << 3 | 2, to: &bytes)
        append(UInt64(content.count), to: &bytes)
        bytes += content
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// How many bytes a number takes, seven bits in each.
    private static func length(_ number: UInt64) -> Int {
        max(1, (64 - number.leadingZeroBitCount + 6) / 7)
    }

    /// Nothing but literals, each with a length of two bytes.
    private static func snappy(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 16_384 + 16)
        append(UInt64(bytes.count), to: &result)
        for start in stride(from: 0, to: bytes.count, by: 65_536) {
            let piece = bytes[start..<min(start + 65_536, bytes.count)]
            let length = piece.count - 1
            result += [0xF4, UInt8(length & 0xFF), UInt8(length >> 8)]
            result += piece
        }
        return result
    }
}
