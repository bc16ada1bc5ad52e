// SPDX-License-Identifier: Apache-2.0

/// One word, literal or sign of a query. Whether a word is a keyword depends on its place, so the parser decides.
struct Token {
    enum Kind: Equatable {
        case number(Double)
        /// In milliseconds.
        case duration(Int64)
        case string(String)
        case word(String)
        case sign(String)
        case end
    }

    let kind: Kind
    /// Bytes of UTF-8 before it.
    let offset: Int

    /// As it is named in errors.
    var name: String {
        switch kind {
        case .number(let value): "number \(NumberText.format(value))"
        case .duration: "duration"
        case .string: "string"
        case .word(let text): "\"\(text.prefix(64))\""
        case .sign(let text): "\"\(text)\""
        case .end: "end of query"
        }
    }

    func isSign(_ text: String) -> Bool { kind == .sign(text) }

    /// The word in small letters, as keywords are compared; nil when it is no word.
    var keyword: String? {
        guard case .word(let text) = kind else { return nil }
        return text.lowercased()
    }
}
