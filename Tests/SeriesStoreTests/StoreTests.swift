// SPDX-License-Identifier: Apache-2.0
import SeriesStore
import Testing
import Vocabulary

@Suite struct StoreTests {
    private let up = Labels(name: "up")
    private let load = MetricFamily("load", .gauge, "Load.")

    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    private func points(_ store: Store, _ metric: String?, after: Int64 = .min, through: Int64 = .max) -> [[Point]] {
        store.points(
            of: SeriesSelection(metric: metric) { _ in true }, after: at(after), through: at(through), limit: .max
        ).map(\.points)
    }

    private func layout(_ hosts: String...) -> SeriesLayout {
        SeriesLayout(hosts.map { .init(family: load, labels: Labels(name: "load", [("host", $0)])) })
    }

    @Test func `selects points after the start and up to the end`() {
        let store = Store()
        store.setDemand(StoreDemand(history: .seconds(60)))
        for number in 1...3 { store.append([(up, Double(number))], at: at(Int64(number))) }
        #expect(points(store, "up", after: 1, through: 2).map { $0.map(\.value) } == [[2]])
    }

    @Test func `keeps only series that somebody reads`() {
        let store = Store()
        store.setDemand(StoreDemand(reach: ["down": .seconds(60)]))
        store.append([(up, 1)], at: at(1))
        store.append(SeriesBatch(layout: layout("a"), values: [1], time: at(1)))
        #expect(store.seriesCount == 0)
    }

    @Test func `refuses and counts a point older than the newest`() {
        let store = Store()
        store.setDemand(StoreDemand(history: .seconds(60)))
        store.append([(up, 1)], at: at(2))
        store.append([(up, 1)], at: at(1))
        #expect(store.rejected == 1)
        #expect(points(store, "up").map(\.count) == [1])
    }

    @Test func `a second point at the same time takes the place of the first`() {
        let store = Store()
        store.setDemand(StoreDemand(history: .seconds(60)))
        store.append([(up, 1)], at: at(2))
        store.append([(up, 0)], at: at(2))
        #expect(points(store, "up") == [[Point(time: at(2), value: 0)]])
    }

    @Test func `a batch appends to the series of its layout`() {
        let store = Store()
        store.setDemand(StoreDemand(reach: ["load": .seconds(60)]))
        let two = layout("a", "b")
        store.append(SeriesBatch(layout: two, values: [1, 2], time: at(1)))
        store.append(SeriesBatch(layout: two, values: [3, 4], time: at(2)))
        let found = store.points(
            of: SeriesSelection(metric: "load", matchers: [LabelMatcher("host", .equal, "b")]) { $0["host"] == "b" },
            after: at(0), through: at(9), limit: .max)
        #expect(found.map { $0.points.map(\.value) } == [[2, 4]])
    }

    @Test func `a series that goes on in the next layout does not end between them`() {
        let store = Store()
        store.setDemand(StoreDemand(history: .seconds(60)))
        let before = layout("a", "b")
        store.append(SeriesBatch(layout: before, values: [1, 1], time: at(1)))
        store.end(before, at: at(2))
        store.append(SeriesBatch(layout: layout("a"), values: [2], time: at(2)))
        let last = store.points(
            of: SeriesSelection(metric: "load") { _ in true }, after: at(1), through: at(2), limit: .max)
        #expect(Set(last.filter { $0.points.contains(where: \.isStale) }.map { $0.labels["host"] }) == ["b"])
    }

    @Test func `a place that is freed and given away mixes no series`() {
        let store = Store()
        store.setDemand(StoreDemand(history: .seconds(60)))
        let old = layout("a")
        store.append(SeriesBatch(layout: old, values: [1], time: at(1)))
        store.expire(at: at(60_005))
        #expect(store.seriesCount == 0)
        store.append([(up, 7)], at: at(6))
        store.append(SeriesBatch(layout: old, values: [2], time: at(7)))
        #expect(points(store, "up").map { $0.map(\.value) } == [[7]])
        #expect(points(store, "load").map { $0.map(\.value) } == [[2]])
    }

    @Test func `what expires is bounded by its age, not by its number`() {
        let store = Store()
        store.setDemand(StoreDemand(history: .milliseconds(10)))
        for number in 1...1000 {
            store.append([(up, 1)], at: at(Int64(number)))
            store.expire(at: at(Int64(number)))
        }
        #expect(points(store, "up").allSatisfy { $0.count == 10 })
    }

    @Test func `a demand that changes is followed by layouts that were known`() {
        let store = Store()
        store.setDemand(StoreDemand())
        let one = layout("a")
        store.append(SeriesBatch(layout: one, values: [1], time: at(1)))
        store.setDemand(StoreDemand(reach: ["load": .seconds(60)]))
        store.append(SeriesBatch(layout: one, values: [2], time: at(2)))
        #expect(points(store, "load").map { $0.map(\.value) } == [[2]])
    }
}
