// SPDX-License-Identifier: Apache-2.0

/// One value of a row, in SQLite's five storage classes.
public enum Value: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    /// The number of an `INTEGER`, else nil.
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The characters of a `TEXT`, else nil.
    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }
}
