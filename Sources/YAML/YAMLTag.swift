// SPDX-License-Identifier: Apache-2.0

/// What YAML's own tags say of a scalar: `!!str 5` is a text, `!!int "5"` a number.
enum YAMLTag {
    private static let prefix = "tag:yaml.org,2002:"

    /// Whether `text` counts as plain under `tag`; `otherwise` where the tag says nothing of it, and nil when the text is
    /// not what the tag says, or is no text at all (`!!binary`).
    static func isPlain(_ text: String, taggedAs tag: String, otherwise isPlain: Bool) -> Bool? {
        guard tag.hasPrefix(prefix) else { return isPlain }
        switch tag.dropFirst(prefix.count) {
        case "str": return false
        case "null": return ["", "~", "null", "Null", "NULL"].contains(text) ? true : nil
        case "bool": return ["true", "false"].contains(text.lowercased()) ? true : nil
        case "int": return Int(text) != nil ? true : nil
        case "float": return Double(text) != nil ? true : nil
        case "binary": return nil
        default: return isPlain
        }
    }
}
