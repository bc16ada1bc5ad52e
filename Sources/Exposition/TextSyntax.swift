// SPDX-License-Identifier: Apache-2.0

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
