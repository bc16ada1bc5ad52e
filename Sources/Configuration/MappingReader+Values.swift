// SPDX-License-Identifier: Apache-2.0
import Vocabulary
import YAML

extension MappingReader {
    /// A duration within `range`, as `10s` or `1h30m`.
    mutating func duration(_ key: String, in range: ClosedRange<Duration> = .zero ... .seconds(365 * 86_400))
        -> Duration?
    {
        let from = DurationText.format(range.lowerBound)
        let to = DurationText.format(range.upperBound)
        return value(key, expected: "a duration from \(from) to \(to), such as 30s or 1h30m") { text in
            DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of `words`.
    mutating func word<T: RawRepresentable & CaseIterable>(_ key: String, _ type: T.Type) -> T?
    where T.RawValue == String {
        let words = T.allCases.map(\.rawValue).joined(separator: ", ")
        return value(key, expected: "one of \(words)") { T(rawValue: $0) }
    }

    /// An absolute path.
    mutating func path(of key: String) -> String? {
        value(key, expected: "an absolute path, as /etc/virtwarden/rules.yml") { text in
            text.hasPrefix("/") && !text.utf8.contains(0) ? text : nil
        }
    }
}
