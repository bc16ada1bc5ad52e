// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Which series a selection means, remembered: a rule asks the same each time, and few series come or go meanwhile.
///
/// New series are looked at when somebody asks again; selections are dropped when there are too many, or when they have
/// too many series together, those first that were not used for longest.
struct Selections {
    struct Key: Hashable, Sendable {
        let metric: String?
        let matchers: [LabelMatcher]

        init(_ selection: SeriesSelection) {
            metric = selection.metric
            matchers = selection.matchers
        }

        /// Whether it is too long to be kept.
        var isLong: Bool { matchers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } > 2048 }
    }

    /// Series of which it must still be said whether a selection means them.
    struct Candidates: Sendable {
        let labels: [Labels]
        fileprivate let start: Int
        fileprivate let epoch: Int
    }

    /// Tells whether a selection's series are, place by place, those that they were.
    struct Version: Equatable, Sendable {
        fileprivate let members: ObjectIdentifier
        fileprivate let epoch: Int
        fileprivate let count: Int
    }

    private final class Members {
        let shelf: Shelf
        var epoch: Int
        /// How many of the shelf's series were looked at.
        var seen = 0
        var series: [Series] = []
        var windows = KeptWindows()
        var used: UInt64 = 0

        var version: Version { Version(members: ObjectIdentifier(self), epoch: epoch, count: series.count) }

        init(_ shelf: Shelf) {
            self.shelf = shelf
            epoch = shelf.epoch
        }
    }

    private static let limit = 512
    private static let seriesLimit = 1 << 18
    /// Up to so many are looked at under the store's lock, and up to so many are taken out of it at once.
    private static let few = 64
    private static let many = 2048

    /// The most points that windows may have together.
    private static let windowLimit = 1 << 20
    /// A selection whose series were not asked for while others were so often gives up its windows when room is needed.
    private static let idle: UInt64 = 10_000

    private var kept: [Key: Members] = [:]
    /// How many points the windows have together.
    private var windowed = 0
    private var uses: UInt64 = 0
    /// How many series the selections have together.
    private var total = 0

    var count: Int { kept.count }

    /// The series that `selection` means among those of `shelf`, if it has looked at all of them; otherwise it says which
    /// come next. With `atOnce` it always looks at all.
    mutating func members(
        _ selection: SeriesSelection, _ key: Key, of shelf: Shelf, atOnce: Bool
    ) -> (series: [Series], version: Version, next: Candidates?) {
        let members = current(key, shelf)
        let left = shelf.series.count - members.seen
        if left > Self.few, !atOnce {
            let end = members.seen + min(left, Self.many)
            let labels = shelf.series[members.seen..<end].map(\.labels)
            return ([], members.version, Candidates(labels: labels, start: members.seen, epoch: members.epoch))
        }
        if left > 0 {
            let new = shelf.series[members.seen...].filter { !$0.isGone && selection.matches($0.labels) }
            take(new, through: shelf.series.count, into: members)
        }
        if key.isLong { drop(key) }
        bound(besides: key)
        return (members.series, members.version, nil)
    }

    /// Takes note which of the candidates are meant; without effect when they have changed meanwhile.
    mutating func note(_ meant: [Int], of candidates: Candidates, _ key: Key) {
        guard let members = kept[key], members.epoch == candidates.epoch, members.shelf.epoch == candidates.epoch,
            members.seen == candidates.start
        else { return }
        let new = meant.map { members.shelf.series[candidates.start + $0] }
        take(new, through: candidates.start + candidates.labels.count, into: members)
    }

    /// What is kept of the windows of so many milliseconds of the series at `places`, taken out; nil when nothing is.
    mutating func takeWindows(_ key: Key, _ places: Range<Int>, length: Int64) -> [KeptWindow]? {
        guard let members = kept[key] else { return nil }
        windowed -= members.windows.count
        defer { windowed += members.windows.count }
        return members.windows.take(places, length: length)
    }

    /// Keeps them, if the series are those that they were and there is room.
    mutating func putWindows(
        _ windows: [KeptWindow], _ key: Key, _ version: Version, _ places: Range<Int>, length: Int64
    ) {
        makeRoom()
        guard let members = kept[key], members.version == version, windowed < Self.windowLimit else { return }
        windowed -= members.windows.count
        members.windows.put(windows, at: places, length: length)
        windowed += members.windows.count
    }

    private mutating func makeRoom() {
        guard windowed >= Self.windowLimit else { return }
        for members in kept.values where members.windows.count > 0 && uses - members.used > Self.idle {
            windowed -= members.windows.count
            members.windows = KeptWindows()
        }
    }

    /// Lets go of series that have left; `shelf` tells what there is of a name.
    mutating func prune(_ shelf: (String?) -> Shelf?) {
        for (key, members) in kept where members.shelf !== shelf(key.metric) || members.epoch != members.shelf.epoch {
            drop(key)
        }
    }

    private mutating func current(_ key: Key, _ shelf: Shelf) -> Members {
        uses += 1
        if let members = kept[key] {
            if members.shelf === shelf, members.epoch == shelf.epoch {
                members.used = uses
                return members
            }
            drop(key)
        }
        let members = Members(shelf)
        members.used = uses
        kept[key] = members
        return members
    }

    private mutating func take(_ new: [Series], through seen: Int, into members: Members) {
        members.series += new
        members.seen = seen
        total += new.count
    }

    private mutating func bound(besides key: Key) {
        while kept.count > Self.limit || total > Self.seriesLimit {
            let oldest = kept.lazy.filter { $0.key != key }.min { $0.value.used < $1.value.used }
            guard let oldest else { return }
            drop(oldest.key)
        }
    }

    private mutating func drop(_ key: Key) {
        guard let members = kept.removeValue(forKey: key) else { return }
        total -= members.series.count
        windowed -= members.windows.count
    }
}
