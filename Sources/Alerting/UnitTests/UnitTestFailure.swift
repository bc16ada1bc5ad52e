// SPDX-License-Identifier: Apache-2.0

/// A check of a unit test that failed, as people read it.
public struct UnitTestFailure: Hashable, Sendable, CustomStringConvertible {
    /// Its number and name.
    public let test: String
    /// What was checked, and when.
    public let subject: String
    /// What was expected and is not there (`-`), and what is there and was not expected (`+`).
    public let lines: [String]

    public var description: String {
        (["\(test): \(subject):"] + lines.map { "    \($0)" }).joined(separator: "\n")
    }
}

/// What two lists have not in common, whatever their order.
enum Difference {
    static func lines<T>(
        expected: [T], got: [T], _ isSame: (T, T) -> Bool, _ describe: (T) -> String
    ) -> [String] {
        var left = got
        var missing: [T] = []
        for one in expected {
            if let index = left.firstIndex(where: { isSame($0, one) }) {
                left.remove(at: index)
            } else {
                missing.append(one)
            }
        }
        return missing.map { "- \(describe($0))" } + left.map { "+ \(describe($0))" }
    }
}
