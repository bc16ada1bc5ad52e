// SPDX-License-Identifier: Apache-2.0
import SeriesStore
import Testing
import Vocabulary

/// How long what is kept, and what it takes.
@Suite struct RetentionTests {
    private let store = Store()
    private static let names = ["short", "long", "unread"]
    private let layout = SeriesLayout(
        names.map { .init(family: MetricFamily($0, .counter, ""), labels: Labels(name: $0, [("domain", "web")])) })

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    private func fill(_ seconds: ClosedRange<Int64>, every step: Int64 = 10) {
        for second in stride(from: seconds.lowerBound, through: seconds.upperBound, by: Int(step)) {
            store.append(SeriesBatch(layout: layout, values: [1, Double(second), Double(second)], time: at(second)))
            store.expire(at: at(second))
        }
    }

    private func counts() -> [Int] {
        Self.names.map { name in
            store.points(
                of: SeriesSelection(metric: name) { _ in true }, after: at(0), through: at(.max / 1000), limit: .max
            ).first?.points.count ?? 0
        }
    }

    @Test(arguments: [
        (StoreDemand(reach: ["short": .seconds(60), "long": .seconds(600)]), [6, 60, 0]),
        (StoreDemand(reach: ["short": .seconds(60)], history: .seconds(300)), [30, 30, 30]),
        (StoreDemand(reach: ["long": .seconds(600)], anyName: .seconds(120)), [12, 60, 12]),
        (StoreDemand(reach: ["long": .seconds(600)], history: .zero), [0, 60, 0]),
        (StoreDemand(), [0, 0, 0]),
    ])
    func `each name is kept as long as it is read, and all of them for the history`(demand: StoreDemand, kept: [Int]) {
        store.setDemand(demand)
        fill(10...2000)
        #expect(counts() == kept)
        #expect(store.kept == demand.longest)
    }

    @Test func `a new demand keeps what is still wanted`() {
        store.setDemand(StoreDemand(history: .seconds(1000)))
        fill(10...1000)
        store.setDemand(StoreDemand(reach: ["short": .seconds(100), "long": .seconds(500)]))
        store.expire(at: at(1000))
        #expect(counts() == [10, 50, 0])
        fill(1010...1100)
        #expect(counts() == [10, 50, 0])
        store.setDemand(StoreDemand(reach: ["long": .seconds(1000)]))
        fill(1110...1200)
        #expect(counts() == [0, 60, 0])
    }

    @Test func `a series ends though its layout is no longer known`() {
        store.setDemand(StoreDemand(history: .seconds(1000)))
        fill(10...20)
        store.setDemand(StoreDemand(reach: ["long": .seconds(1000)]))
        store.end(layout, at: at(30))
        let found = store.newestPoints(of: SeriesSelection(metric: nil) { _ in true }, after: at(0), through: at(99))
        #expect(found.map(\.point.isStale) == [true])
        #expect(store.seriesCount == 1)
    }

    @Test func `series that have no room come in when there is some`() {
        store.setDemand(StoreDemand(history: .seconds(100)))
        store.setSeriesLimit(4)
        store.append(
            [("a", 1), ("b", 1)].map { (Labels(name: $0.0), $0.1) }, at: at(5))
        fill(10...50)
        #expect(store.seriesCount == 4)
        #expect(counts() == [5, 5, 0])
        // The two others have gone.
        fill(60...120)
        #expect(store.seriesCount == 3)
        #expect(counts()[..<2] == [10, 10] && counts()[2] > 0)
        store.setSeriesLimit(0)
        fill(130...130)
        #expect(store.seriesCount == 3)
    }

    @Test func `a day of a domain that rests takes next to nothing`() {
        store.setDemand(StoreDemand(history: .seconds(86_400)))
        for second in stride(from: 10 as Int64, through: 86_400, by: 10) {
            store.append(SeriesBatch(layout: layout, values: [1, 4096, 0.25], time: at(second)))
        }
        let figures = store.figures
        #expect(figures.samples == 3 * 8640)
        #expect(Double(figures.bytes) / Double(figures.samples) < 1)
        #expect(counts() == [8640, 8640, 8640])
    }

    @Test func `no more than the limit, and little beyond it, is read`() {
        store.setDemand(StoreDemand(history: .seconds(1000)))
        fill(10...1000)
        let all = SeriesSelection(metric: nil) { _ in true }
        func read(_ limit: Int) -> Int {
            store.points(of: all, after: at(0), through: at(2000), limit: limit).reduce(0) { $0 + $1.points.count }
        }
        #expect(read(300) == 300)
        #expect(read(299) == 300)
        #expect(read(150) == 200)
        #expect(read(0) == 100)
    }

    @Test func `times as far apart as they may be are no harm`() {
        store.setDemand(StoreDemand(history: .seconds(Int64.max / 1000)))
        let up = Labels(name: "up")
        for time in [Int64.min, .min + 1, -1, 0, .max - 1, .max] {
            store.append([(up, 1)], at: Timestamp(milliseconds: time))
            store.expire(at: Timestamp(milliseconds: time))
        }
        let all = SeriesSelection(metric: nil) { _ in true }
        let found = store.points(
            of: all, after: Timestamp(milliseconds: 0), through: Timestamp(milliseconds: .max), limit: .max)
        #expect(found.first?.points.map(\.time.milliseconds) == [.max - 1, .max])
        #expect(store.newestPoints(of: all, after: at(0), through: Timestamp(milliseconds: .max)).count == 1)
        #expect(
            store.newestPoints(of: all, after: Timestamp(milliseconds: .max), through: Timestamp(milliseconds: .max))
                .isEmpty)
    }
}
