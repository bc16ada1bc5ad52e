// SPDX-License-Identifier: Apache-2.0
import SeriesStore
import Testing
import Vocabulary

/// A store written and read in any order does what plain arrays of points do.
@Suite struct StoreModelTests {
    /// Points of each series, in plain arrays.
    private struct Model {
        var demand = StoreDemand()
        var series: [Labels: [Point]] = [:]
        var rejected = 0

        mutating func append(_ labels: Labels, _ value: Double, at time: Int64) {
            guard demand.keep(of: labels.name ?? "") != nil else { return }
            var points = series[labels] ?? []
            let point = Point(time: Timestamp(milliseconds: time), value: value)
            if let newest = points.last, newest.time > point.time {
                rejected += 1
            } else {
                if points.last?.time == point.time { points.removeLast() }
                points.append(point)
                series[labels] = points
            }
        }

        mutating func expire(at now: Int64) {
            for (labels, points) in series {
                let keep = demand.keep(of: labels.name ?? "")?.milliseconds ?? 0
                let left = points.filter { $0.time.milliseconds > now - keep }
                series[labels] = left.isEmpty ? nil : left
            }
        }
    }

    private static let names = ["a", "b", "c"]
    private static let families = names.map { MetricFamily($0, .gauge, "") }

    /// Layouts that share series: 0 and 1 have some in common, 2 has a pair with equal labels, 3 is wide.
    private static let layouts: [SeriesLayout] = {
        func layout(_ ids: [Int]) -> SeriesLayout {
            SeriesLayout(ids.map { .init(family: families[$0 % 3], labels: labels($0)) })
        }
        return [layout(Array(0..<8)), layout(Array(5..<14)), layout([20, 21, 20]), layout(Array(30..<180))]
    }()

    private static let layoutLabels = layouts.map { layout in (0..<layout.count).map { layout.labels(at: $0) } }

    private static func labels(_ id: Int) -> Labels { Labels(name: names[id % 3], [("id", "\(id)")]) }

    private static func value(_ random: inout Randomness) -> Double {
        switch random.next() % 12 {
        case 0: Double(bitPattern: random.next())
        case 1: StaleMarker.value
        case 2: -0.0
        case 3: .infinity
        case 4...6: 1
        case 7: Double(random.next() % 1_000_000_000) / 1e9
        default: Double(random.next() % 1000)
        }
    }

    private static func demand(_ random: inout Randomness) -> StoreDemand {
        var demand = StoreDemand()
        for name in names where random.next() % 4 != 0 {
            demand.add(name, reach: .milliseconds(Int64(random.next() % 3000) + 100))
        }
        if random.next() % 4 == 0 { demand.add(nil, reach: .milliseconds(Int64(random.next() % 500) + 100)) }
        if random.next() % 4 == 0 { demand.history = .seconds(3) }
        return demand
    }

    private static let selections: [SeriesSelection] =
        [SeriesSelection(metric: nil) { _ in true }]
        + names.map { SeriesSelection(metric: $0) { _ in true } }
        + ["5", "20", "33"].map { id in
            SeriesSelection(metric: nil, matchers: [LabelMatcher("id", .equal, id)]) { $0["id"] == id }
        }
        + [
            SeriesSelection(metric: "a", matchers: [LabelMatcher("id", .notEqual, "3")]) { $0["id"] != "3" },
            SeriesSelection(metric: "none") { _ in true },
        ]

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `it answers as plain arrays do`(seed: UInt64) {
        var random = Randomness(seed)
        let store = Store()
        var model = Model()
        // Some runs change their demand, and some make layouts trade their series, more often than others.
        let unrest = [2, 10, 60][Int(seed % 3)] as UInt64
        let layoutCount = seed % 2 == 0 ? 4 : 2 as UInt64
        model.demand = StoreDemand(history: .seconds(3))
        store.setDemand(model.demand)
        var now: Int64 = 10_000
        for _ in 0..<400 {
            // Now and then at the same time, or before it.
            now += [0, 1, 10, 10, 10, 10, 11, 200, -5][Int(random.next() % 9)]
            switch random.next() % (13 + unrest) {
            case 0: Self.end(store, &model, Int(random.next() % layoutCount), now)
            case 1:
                let labels = Self.labels(Int(random.next() % 24))
                let value = Self.value(&random)
                store.append([(labels, value)], at: Timestamp(milliseconds: now))
                model.append(labels, value, at: now)
            case 2 where random.next() % 4 == 0:
                model.demand = Self.demand(&random)
                store.setDemand(model.demand)
                model.series = model.series.filter { model.demand.keep(of: $0.key.name ?? "") != nil }
                // Which of what is too old under the new demand is still there is not promised.
                store.expire(at: Timestamp(milliseconds: now))
                model.expire(at: now)
            case 3:
                store.expire(at: Timestamp(milliseconds: now))
                model.expire(at: now)
            case 4, 5: Self.compare(store, model, &random, now)
            default:
                let number = Int(random.next() % layoutCount)
                let layout = Self.layouts[number]
                let values = (0..<layout.count).map { _ in Self.value(&random) }
                store.append(SeriesBatch(layout: layout, values: values, time: Timestamp(milliseconds: now)))
                for (index, value) in values.enumerated() where number != 2 || index > 0 {
                    model.append(Self.layoutLabels[number][index], value, at: now)
                }
            }
        }
        Self.compare(store, model, &random, now)
        store.setDemand(StoreDemand())
        #expect(store.figures.series == 0 && store.figures.samples == 0 && store.figures.bytes == 0)
    }

    private static func end(_ store: Store, _ model: inout Model, _ number: Int, _ now: Int64) {
        store.end(layouts[number], at: Timestamp(milliseconds: now))
        for (index, labels) in layoutLabels[number].enumerated() where model.series[labels] != nil {
            guard number != 2 || index > 0 else { continue }
            model.append(labels, StaleMarker.value, at: now)
        }
    }

    private static func compare(_ store: Store, _ model: Model, _ random: inout Randomness, _ now: Int64) {
        #expect(store.seriesCount == model.series.count)
        for selection in selections {
            // Windows of the same length again and again are put together of what is kept of the ones before.
            let moves = random.next() % 2 == 0
            let after = moves ? now - 700 : now - Int64(random.next() % 3000) - 1
            let through = moves ? now : random.next() % 3 == 0 ? .max : after + Int64(random.next() % 3000)
            let meant = model.series.filter { labels, _ in
                (selection.metric == nil || labels.name == selection.metric) && selection.matches(labels)
            }.mapValues { $0.filter { $0.time.milliseconds > after && $0.time.milliseconds <= through } }
                .filter { !$0.value.isEmpty }
            let (start, end) = (Timestamp(milliseconds: after), Timestamp(milliseconds: through))
            let found = store.points(of: selection, after: start, through: end, limit: .max)
            #expect(found.count == meant.count)
            #expect(found.allSatisfy { meant[$0.labels].map { bits($0) } == bits($0.points) })
            let newest = store.newestPoints(of: selection, after: start, through: end)
            #expect(newest.count == meant.count)
            #expect(newest.allSatisfy { meant[$0.labels].map { bits($0.suffix(1)) } == bits([$0.point]) })
        }
    }

    private static func bits(_ points: some Collection<Point>) -> [[UInt64]] {
        points.map { [UInt64(bitPattern: $0.time.milliseconds), $0.value.bitPattern] }
    }
}
