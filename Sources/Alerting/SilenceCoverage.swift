// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Remembers which silences mean which alerts, as the same alerts are asked about again and again. Pure.
///
/// What a silence is for never changes, as another one takes its place then: what was found stays, and only silences that
/// came later are tried.
public struct SilenceCoverage: Sendable {
    /// Alerts that are remembered.
    static let most = 50_000

    private struct Found {
        var ids: [String] = []
        /// The newest silence that was tried.
        var tried = 0
    }

    private var known: [Labels: Found] = [:]

    public init() {}

    /// What silences the alert of these labels: of several, the one that ends last. `complete` is asked for the labels that
    /// silences are for. All calls are with copies of one book.
    public mutating func muting(
        _ labels: Labels, in book: SilenceBook, at time: Timestamp, complete: (Labels) -> Labels = { $0 }
    ) -> Silence? {
        guard book.newest > 0 else { return nil }
        var found = known[labels] ?? Found()
        if found.tried < book.newest {
            found.ids.removeAll { book[$0] == nil }
            found.ids += book.ids(covering: complete(labels), after: found.tried)
            found.tried = book.newest
            // To ask all anew is better than to remember without end.
            if known.count >= Self.most { known = [:] }
            known[labels] = found
        }
        return book.last(of: found.ids, at: time)
    }
}
