// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The labels that say what a series is: its name, and since Prometheus 3.4 its type and unit, where it has such. An
/// operation that makes something else of a series drops all three.
extension Labels {
    static func isMetadata(_ name: String) -> Bool {
        name == metricName || name == "__type__" || name == "__unit__"
    }

    var withoutMetadata: Labels { filter { !Self.isMetadata($0) } }

    /// Whether there is a type or a unit.
    var hasTypeOrUnit: Bool {
        all.contains {
            $0.name.utf8.first == UInt8(ascii: "_") && $0.name != Self.metricName && Self.isMetadata($0.name)
        }
    }
}
