// SPDX-License-Identifier: Apache-2.0

/// One value of a YAML document and the place where it begins, both counted from 1.
public struct YAMLNode: Sendable {
    public indirect enum Content: Sendable {
        /// `isPlain` is false for a quoted or block text, which is a string whatever it looks like.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// In the order of the text; each key is there once.
        case mapping([YAMLPair])
    }

    public let content: Content
    public let line: Int
    public let column: Int

    /// The text of a scalar; nil for others and for a plain null (`~`, `null`, nothing).
    public var text: String? {
        guard case .scalar(let text, let isPlain) = content else { return nil }
        return isPlain && ["", "~", "null", "Null", "NULL"].contains(text) ? nil : text
    }

    /// Whether it is a plain null, which counts as absent.
    public var isNull: Bool {
        if case .scalar(_, isPlain: true) = content { text == nil } else { false }
    }

    /// What it is, as an error names it.
    var kind: String {
        switch content {
        case .scalar(let text, _):
            isNull ? "nothing" : "\"\(text.unicodeScalars.prefix(80).map(String.init).joined())\""
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// One entry of a mapping.
public struct YAMLPair: Sendable {
    public let key: YAMLNode
    public let value: YAMLNode
}
