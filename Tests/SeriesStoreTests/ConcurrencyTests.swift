// SPDX-License-Identifier: Apache-2.0
import SeriesStore
import Testing
import Vocabulary

@Suite(.timeLimit(.minutes(2))) struct ConcurrencyTests {
    private let store = Store()
    private static let rounds = 1500

    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    /// One writer for each of some layouts, whose values are their times; a layout is replaced now and then.
    private func write(_ number: Int) {
        let family = MetricFamily("load", .gauge, "")
        func layout() -> SeriesLayout {
            SeriesLayout(
                SeriesTemplate((0..<20).map { .init(family: family, label: "id", value: "\($0)") }),
                fixed: [Label("domain", "\(number)")])
        }
        var current = layout()
        for round in 1...Self.rounds {
            if round % 97 == 0 {
                store.end(current, at: at(Int64(round)))
                current = layout()
            }
            let values = [Double](repeating: Double(round), count: 20)
            store.append(SeriesBatch(layout: current, values: values, time: at(Int64(round))))
            if round % 50 == 0 { store.expire(at: at(Int64(round))) }
            if round % 333 == 0 { store.setDemand(StoreDemand(history: .milliseconds(200 + Int64(round) % 2))) }
        }
    }

    /// How many answers were looked at; each must be whole.
    private func read(_ id: String?) -> Int {
        let selection =
            id.map { id in
                SeriesSelection(metric: "load", matchers: [LabelMatcher("id", .equal, id)]) { $0["id"] == id }
            } ?? SeriesSelection(metric: nil) { _ in true }
        var looked = 0
        for _ in 0..<200 {
            for one in store.points(of: selection, after: at(0), through: at(.max), limit: .max) {
                let times = one.points.map(\.time.milliseconds)
                #expect(zip(times, times.dropFirst()).allSatisfy { $0 + 1 == $1 })
                // A marker stands for a moment where a layout ended.
                #expect(one.points.dropLast().allSatisfy { $0.value == $0.time.seconds * 1000 })
                looked += 1
            }
            let newest = store.newestPoints(of: selection, after: at(0), through: at(.max))
            #expect(newest.allSatisfy { $0.point.isStale || $0.point.value == $0.point.time.seconds * 1000 })
            #expect(Set(newest.map(\.labels)).count == newest.count)
        }
        return looked
    }

    @Test func `readers see whole points in their order while writers write`() async {
        store.setDemand(StoreDemand(history: .milliseconds(200)))
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<4 { tasks.addTask { write(number) } }
            for id in ["3", "7", nil] { tasks.addTask { _ = read(id) } }
        }
        #expect(read("7") > 0)
        #expect(store.seriesCount == 80)
        #expect(store.rejected == 0)
    }
}
