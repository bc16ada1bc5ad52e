// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Which domains of a host are watched, by name.
package struct DomainFilter: Hashable, Sendable {
    package static let all = DomainFilter(include: ["*"], exclude: [])

    private let include: [Glob]
    private let exclude: [Glob]
    private let takesAll: Bool

    /// Shell patterns (`*`, `?`); a name must match one of `include` and none of `exclude`.
    package init(include: [String], exclude: [String]) {
        self.include = include.map { Glob($0) }
        self.exclude = exclude.map { Glob($0) }
        takesAll = include.contains("*") && exclude.isEmpty
    }

    package func covers(_ name: String) -> Bool {
        takesAll || include.contains { $0.matches(name) } && !exclude.contains { $0.matches(name) }
    }
}
