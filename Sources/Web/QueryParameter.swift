// SPDX-License-Identifier: Apache-2.0

/// One `name=value` of a request's query, decoded.
struct QueryParameter: Hashable, Sendable {
    let name: String
    let value: String

    /// Parameters that are read; a request with more has the rest passed over.
    static let limit = 256

    /// Path and parameters of a request's target.
    static func split(_ target: String) -> (path: String, query: [QueryParameter]) {
        let whole = target.prefix { $0 != "#" }
        let path = path(of: target)
        return (path, all(in: whole.dropFirst(path.count + 1)))
    }

    static func path(of target: String) -> String {
        String(target.prefix { $0 != "?" && $0 != "#" })
    }

    /// The parameters of a query or of a form (`application/x-www-form-urlencoded`).
    static func all(in text: Substring) -> [QueryParameter] {
        text.split(separator: "&", maxSplits: limit, omittingEmptySubsequences: true).prefix(limit).map {
            QueryParameter($0)
        }
    }

    private init(_ text: Substring) {
        let name = text.prefix { $0 != "=" }
        self.name = Self.decoded(name)
        value = Self.decoded(text.dropFirst(name.count + 1))
    }

    /// With `+` as a space and `%41` as its byte; what is no such code stays as it is (WHATWG URL, section 5.1).
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let code = UInt8(hex: rest.prefix(2)) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    /// From two hexadecimal digits.
    fileprivate init?(hex digits: Substring.UTF8View) {
        guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
        self.init(Substring(digits), radix: 16)
    }
}
