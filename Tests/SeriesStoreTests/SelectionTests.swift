// SPDX-License-Identifier: Apache-2.0
import SeriesStore
import Synchronization
import Testing
import Vocabulary

/// Selections are remembered, and right all the same.
@Suite struct SelectionTests {
    private let store = Store()

    init() {
        store.setDemand(StoreDemand(history: .seconds(60)))
    }

    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    private func load(_ ids: some Sequence<Int>, at time: Int64) {
        store.append(ids.map { (Labels(name: "load", [("id", "\($0)")]), Double($0)) }, at: at(time))
    }

    /// Counts how often it is asked.
    private final class Asked: Sendable {
        let count = Mutex(0)
    }

    private func selection(_ asked: Asked? = nil, metric: String? = "load", endsWith end: String) -> SeriesSelection {
        SeriesSelection(metric: metric, matchers: [LabelMatcher("id", .matches, ".*" + end)]) { labels in
            asked?.count.withLock { $0 += 1 }
            return labels["id"]?.hasSuffix(end) == true
        }
    }

    private func ids(_ selection: SeriesSelection, after: Int64 = 0) -> [String] {
        store.newestPoints(of: selection, after: at(after), through: at(.max)).compactMap { $0.labels["id"] }
    }

    @Test func `series are looked at once, and new ones when they come`() {
        load(0..<5000, at: 1)
        let asked = Asked()
        let some = selection(asked, endsWith: "77")
        for _ in 0..<3 { #expect(ids(some).count == 50) }
        #expect(asked.count.withLock { $0 } == 5000)
        load(5000..<5100, at: 2)
        #expect(ids(some).count == 51)
        #expect(asked.count.withLock { $0 } == 5100)
        // The same words elsewhere are another selection.
        #expect(ids(selection(metric: "other", endsWith: "77")).isEmpty)
        #expect(ids(selection(metric: nil, endsWith: "77")).count == 51)
    }

    @Test func `series that went are not found, and come back as new ones`() {
        load(0..<1000, at: 1)
        let some = selection(endsWith: "7")
        #expect(ids(some).count == 100)
        load(500..<1000, at: 50_000)
        store.expire(at: at(70_000))
        #expect(store.seriesCount == 500)
        #expect(ids(some).count == 50)
        load(0..<10, at: 70_001)
        #expect(ids(some, after: 70_000) == ["7"])
        store.setDemand(StoreDemand())
        #expect(store.figures.selections == 0)
        #expect(ids(some).isEmpty)
        store.setDemand(StoreDemand(history: .seconds(60)))
        load(5..<8, at: 70_002)
        #expect(ids(some) == ["7"])
    }

    @Test func `a series that gets another label is another one`() {
        let before = Labels(name: "load", [("id", "17"), ("owner", "ada")])
        let after = before.setting("owner", to: "bob")
        let ada = SeriesSelection(metric: "load", matchers: [LabelMatcher("owner", .equal, "ada")]) {
            $0["owner"] == "ada"
        }
        store.append([(before, 1)], at: at(1))
        #expect(ids(ada).count == 1)
        store.end([before], at: at(2))
        store.append([(after, 1)], at: at(2))
        #expect(store.newestPoints(of: ada, after: at(0), through: at(9)).map(\.point.isStale) == [true])
    }

    @Test func `however many selections are asked for, few are remembered`() {
        load(0..<100, at: 1)
        for number in 0..<2000 {
            #expect(ids(selection(endsWith: "\(number)")).count == (number < 100 ? 1 : 0) + more(number))
        }
        #expect(store.figures.selections == 512)
        // What was used last is among them.
        let asked = Asked()
        _ = ids(selection(asked, endsWith: "1999"))
        #expect(asked.count.withLock { $0 } == 0)
        let long = SeriesSelection(
            metric: "load", matchers: [LabelMatcher("id", .equal, String(repeating: "x", count: 3000))]
        ) { _ in false }
        #expect(ids(long).isEmpty)
        #expect(store.figures.selections <= 512)
    }

    /// Other ids below 100 that end with this one.
    private func more(_ number: Int) -> Int { number < 10 ? 9 : 0 }

    @Test func `selections of many series give way to newer ones`() {
        load(0..<3000, at: 1)
        for number in 0..<200 {
            let all = SeriesSelection(metric: "load", matchers: [LabelMatcher("none", .notEqual, "\(number)")]) { _ in
                true
            }
            #expect(ids(all).count == 3000)
        }
        #expect(store.figures.selections <= (1 << 18) / 3000 + 1)
    }
}
