// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What a reader takes of one series: what is kept of its window, and where the rest stands.
struct Slice: Sendable {
    let labels: Labels
    var window: KeptWindow
    private let after: Int64
    private let settles: Int64
    private let rest: Excerpt?

    init(_ labels: Labels, _ window: KeptWindow, after: Int64, settles: Int64, rest: Excerpt?) {
        self.labels = labels
        self.window = window
        self.after = after
        self.settles = settles
        self.rest = rest
    }

    /// The window gets all of its points.
    mutating func decode(_ scratch: inout Excerpt.Scratch) {
        guard let rest else { return }
        window.cut(after: after)
        rest.append(to: &window.points, &scratch)
        window.after = after
        window.settled = settles
    }
}

extension Series {
    func slice(after: Int64, through: Int64, _ kept: consuming KeptWindow) -> Slice? {
        guard let newest else { return nil }
        let after = max(after, shelf.cutoff)
        guard newest > after else { return nil }
        let settles = min(through, newest - 1)
        // Consumed, and so not copied when it is changed.
        var window = kept
        if !window.serves(after: after, through: through) { window = KeptWindow() }
        let start = max(after, window.settled)
        // What is new is mostly the newest row.
        if !window.points.isEmpty, let home, home.from <= start, home.strip.headBegins(after: start) {
            window.cut(after: after)
            home.strip.appendHead(of: home.column, after: start, through: through, to: &window.points)
            window.after = after
            window.settled = settles
            return Slice(labels, window, after: after, settles: settles, rest: nil)
        }
        return Slice(
            labels, window, after: after, settles: settles, rest: excerpt(after: start, through: through))
    }
}
