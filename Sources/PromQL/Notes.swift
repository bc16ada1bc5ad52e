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

    /// So many of each kind are shown, as in Prometheus's API; of the others only that they are.
    private static let most = 10
    /// So many of each kind are told apart.
    private static let mostKept = 1000

    private var kept: [Kind: [Note]] = [:]
    private var seen: Set<Note> = []

    mutating func add(_ kind: Kind, _ message: @autoclosure () -> String, at offset: Int) {
        guard kept[kind, default: []].count < Self.mostKept else { return }
        let note = Note(kind: kind, message: message(), offset: offset)
        guard seen.insert(note).inserted else { return }
        kept[kind, default: []].append(note)
    }

    /// `PromQL warning: …(line:column)`.
    func sentences(in text: String) -> (warnings: [String], infos: [String]) {
        func sentences(_ kind: Kind) -> [String] {
            let notes = kept[kind] ?? []
            let shown = notes.prefix(Self.most).map { note in
                let place = QueryError(Fault(note.message, at: note.offset), in: text)
                return "PromQL \(kind.rawValue): \(note.message) (\(place.line ?? 1):\(place.column ?? 1))"
            }
            let others = notes.count - shown.count
            return others > 0 ? shown + ["\(others) more \(kind.rawValue) annotations omitted"] : shown
        }
        return (sentences(.warning), sentences(.info))
    }
}
