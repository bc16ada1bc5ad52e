// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Vocabulary

/// The series that one source gave last time, in order, and the layout made of them.
struct SeriesShape: Sendable {
    typealias Entry = SeriesTemplate.Entry

    /// Labels that every series of the source has.
    let fixed: [Label]
    private(set) var entries: [Entry] = []
    private(set) var layout: SeriesLayout?

    init(fixed: [(String, String?)]) {
        self.fixed = fixed.compactMap { name, value in value.map { Label(name, LabelText.bounded($0)) } }
    }

    /// The layout for `made`: the one there is, as long as nothing changed.
    mutating func layout(for made: [Entry]) -> SeriesLayout {
        if let layout, made == entries { return layout }
        let shared = SharedTemplates.shared(for: made)
        let new = SeriesLayout(shared.template, fixed: fixed)
        entries = shared.entries
        layout = new
        return new
    }
}

/// The templates made last: sources that are alike share one, and the list of entries it was made of.
enum SharedTemplates {
    /// A host's domains differ in few ways; one that comes after so many others gets a template of its own.
    private static let limit = 128
    private static let recent = Mutex<[(hash: Int, entries: [SeriesTemplate.Entry], template: SeriesTemplate)]>([])

    static func shared(
        for entries: [SeriesTemplate.Entry]
    ) -> (entries: [SeriesTemplate.Entry], template: SeriesTemplate) {
        let hash = entries.hashValue
        return recent.withLock { recent in
            if let index = recent.firstIndex(where: { $0.hash == hash && $0.entries == entries }) {
                let found = recent.remove(at: index)
                recent.append(found)
                return (found.entries, found.template)
            }
            let template = SeriesTemplate(bounded(entries))
            if recent.count >= limit { recent.removeFirst() }
            recent.append((hash, entries, template))
            return (entries, template)
        }
    }

    /// The entries with their labels' values cut to a length; the same list when none is too long.
    private static func bounded(_ entries: [SeriesTemplate.Entry]) -> [SeriesTemplate.Entry] {
        let isShort: (Label) -> Bool = { $0.value.utf8.count <= LabelText.lengthLimit }
        guard !entries.allSatisfy({ $0.value.utf8.count <= LabelText.lengthLimit && $0.more.allSatisfy(isShort) })
        else {
            return entries
        }
        return entries.map { entry in
            SeriesTemplate.Entry(
                family: entry.family, label: entry.label, value: LabelText.bounded(entry.value),
                more: entry.more.map { Label($0.name, LabelText.bounded($0.value)) })
        }
    }
}
