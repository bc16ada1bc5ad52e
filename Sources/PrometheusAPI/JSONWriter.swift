// SPDX-License-Identifier: Apache-2.0

/// Writes JSON (RFC 8259) as bytes, its parts in the order in which they are given.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    mutating func object(_ members: (inout JSONMembers) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        let start = bytes.count
        var inside = JSONMembers(writer: self, start: start)
        // The inside owns the bytes while it writes, so that they are never copied.
        bytes = []
        members(&inside)
        bytes = inside.writer.bytes
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func array<Items: Sequence>(_ items: Items, _ write: (inout JSONWriter, Items.Element) -> Void) {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for item in items {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            write(&self, item)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Characters that end a script or a tag are escaped too, as Prometheus does: an answer may be shown by a browser.
    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): raw("\\n")
            case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0x7F:
                raw(byte < 16 ? "\\u000" : "\\u00")
                raw(String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A text that is JSON already.
    mutating func raw(_ text: String) {
        bytes += text.utf8
    }

    mutating func comma() {
        bytes.append(UInt8(ascii: ","))
    }
}

/// The members of an object that is being written.
struct JSONMembers {
    fileprivate(set) var writer: JSONWriter
    fileprivate let start: Int

    mutating func member(_ name: String, _ write: (inout JSONWriter) -> Void) {
        if writer.bytes.count > start { writer.comma() }
        writer.string(name)
        writer.raw(":")
        write(&writer)
    }

    mutating func string(_ name: String, _ text: String) {
        member(name) { $0.string(text) }
    }

    /// A number or a word of JSON.
    mutating func raw(_ name: String, _ text: String) {
        member(name) { $0.raw(text) }
    }
}
