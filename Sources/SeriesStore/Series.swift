// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// One series: its labels, and where its points stand. Guarded by the store's lock.
final class Series {
    /// A column of a strip from one time through another: what the strip has before or after is not the series'.
    struct Stay {
        let strip: Strip
        let column: Int
        let from: Int64
        var through = Int64.max
    }

    let labels: Labels
    /// What there is of its name.
    let shelf: Shelf
    /// Where it gets its points now; nil before the first one.
    private(set) var home: Stay?
    /// Where it did before, oldest first; seldom any.
    private(set) var earlier: [Stay] = []
    /// The strip for its points that come singly.
    var ownStrip: Strip?
    private(set) var isGone = false

    init(_ labels: Labels, _ shelf: Shelf) {
        self.labels = labels
        self.shelf = shelf
    }

    /// The time of its newest point; nil when it has none.
    var newest: Int64? { home?.strip.newest }

    /// Its newest point is from now on the column's of `strip` at `time`, and whatever comes there.
    func move(to strip: Strip, _ column: Int, at time: Int64) {
        if var last = home {
            let isReplaced = last.strip.newest == time
            last.through = isReplaced ? time &- 1 : last.strip.newest
            last.strip.lose(last.column)
            earlier.removeAll { $0.through <= shelf.cutoff }
            // One whose only point is replaced was nowhere.
            if !isReplaced || last.from < time { earlier.append(last) }
        }
        home = Stay(strip: strip, column: column, from: time)
    }

    /// A strip ends, in which it was once.
    func forget(_ strip: Strip) {
        earlier.removeAll { $0.strip === strip }
        if ownStrip === strip { ownStrip = nil }
    }

    /// It has no points any more, or nobody wants it.
    func leave() {
        isGone = true
        home = nil
        earlier = []
        ownStrip = nil
    }

    /// What a reader takes along of it.
    func excerpt(after: Int64, through: Int64) -> Excerpt? {
        guard let home else { return nil }
        let after = max(after, shelf.cutoff)
        guard home.strip.newest > after else { return nil }
        var excerpt = Excerpt(labels: labels, home: Self.part(of: home, after, through))
        if home.from > after, !earlier.isEmpty {
            excerpt.earlier = earlier.filter { $0.through > after && $0.from <= through }.map {
                Self.part(of: $0, after, through)
            }
        }
        return excerpt
    }

    private static func part(of stay: Stay, _ after: Int64, _ through: Int64) -> Excerpt.Part {
        let from = max(after == .max ? .max : after + 1, stay.from)
        let through = min(through, stay.through)
        let strip = stay.strip
        // Seldom are blocks needed for the newest points.
        let needsBlocks = strip.blocks.last.map { $0.last >= from } ?? false
        return Excerpt.Part(
            blocks: needsBlocks ? strip.blocks : [], head: strip.head, width: strip.width, column: stay.column,
            from: from, through: through)
    }
}

/// All series of one name, in the order in which they came, and how long they are kept.
final class Shelf {
    private(set) var series: [Series] = []
    /// Rises when series leave: then places have changed.
    private(set) var epoch = 0
    private var gone = 0
    /// nil when nobody wants them.
    var keep: Int64?
    /// Points at or before it are gone.
    var cutoff = Int64.min

    var count: Int { series.count - gone }

    func add(_ one: Series) {
        series.append(one)
    }

    /// One of its series has left.
    func noteOneLeft() {
        gone += 1
        // Lists that were made of it are made anew, so not each time.
        guard gone > 16, gone > series.count / 4 else { return }
        series.removeAll(where: \.isGone)
        gone = 0
        epoch += 1
    }
}
