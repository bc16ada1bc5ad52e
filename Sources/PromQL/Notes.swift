// SPDX-License-Identifier: Apache-2.0

/// What the writer of a query should know of its result: Prometheus's annotations, with its wording of their kinds.
struct Notes {
    enum Kind: String {
        case warning
        case info
    }

    private struct Note: Hashable {
        let kind: Kind
        let message: String
        let offset: Int
    }

    /// So many of each kind are kept; Prometheus's API shows as many.
    private static let most = 10

    private var all: [Note] = []
    private var seen: Set<Note> = []

    mutating func add(_ kind: Kind, _ message: @autoclosure () -> String, at offset: Int) {
        guard all.count < 2 * Self.most else { return }
        let note = Note(kind: kind, message: message(), offset: offset)
        guard seen.insert(note).inserted else { return }
        all.append(note)
    }

    /// `PromQL warning: …(line:column)`.
    func sentences(in text: String) -> (warnings: [String], infos: [String]) {
        func sentences(_ kind: Kind) -> [String] {
            all.filter { $0.kind == kind }.prefix(Self.most).map { note in
                let place = QueryError(Fault(note.message, at: note.offset), in: text)
                return "PromQL \(kind.rawValue): \(note.message) (\(place.line ?? 1):\(place.column ?? 1))"
            }
        }
        return (sentences(.warning), sentences(.info))
    }
}
