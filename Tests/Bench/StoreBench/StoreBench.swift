// SPDX-License-Identifier: Apache-2.0
import CMalloc
import Glibc
import SeriesStore
import Vocabulary

/// `StoreBench FILE`: what the store takes and costs, with what `record.py` recorded.
@main struct StoreBench {
    static func main() {
        guard CommandLine.arguments.count == 2, let recording = Recording(path: CommandLine.arguments[1]) else {
            print("usage: StoreBench FILE, which Tests/Bench/record.py writes")
            return
        }
        print("Times are CPU times of one thread.\n\n| what | measured |\n| --- | --- |")
        for step in [1, 5, 10] { Self.measureSize(recording, step) }
        let host = Host(recording)
        host.measureAppends()
        host.measureReads()
    }

    /// All that was recorded, in a store.
    private static func measureSize(_ recording: Recording, _ step: Int) {
        let parts = recording.parts.map { $0.every(step) }.filter { $0.times.count > 30 }
        let layouts = parts.map(\.layout)
        let before = mallinfo2().uordblks
        let store = Store()
        store.setDemand(StoreDemand(history: .seconds(86_400)))
        let rows = zip(parts, layouts).flatMap { part, layout in
            part.times.indices.map { (part, layout, $0) }
        }.sorted { $0.0.times[$0.2] < $1.0.times[$1.2] }
        for (part, layout, row) in rows {
            let values = part.series.map { $0.values[row] }
            store.append(SeriesBatch(layout: layout, values: values, time: part.times[row]))
        }
        check(store, parts)
        let heap = Int(mallinfo2().uordblks) - Int(before)
        let figures = store.figures
        let rounds = parts.map(\.times.count).max() ?? 0
        let constant = parts.flatMap(\.series).count { Set($0.values.map(\.bitPattern)).count == 1 }
        row(
            "bytes a sample: \(figures.series) series, \(constant) of them constant, \(rounds) rounds, each \(step) s",
            "\(text(Double(figures.bytes) / Double(figures.samples))) of \(figures.samples) samples")
        row("the same, labels and index of series", "\((heap - figures.bytes) / max(1, figures.series)) bytes a series")
    }

    /// Everything comes back.
    private static func check(_ store: Store, _ parts: [Recording.Part]) {
        for part in parts {
            for one in part.series {
                let selection = SeriesSelection(
                    metric: one.labels.name, matchers: one.labels.all.map { LabelMatcher($0.name, .equal, $0.value) }
                ) { $0 == one.labels }
                let found = store.points(
                    of: selection, after: Timestamp(milliseconds: .min), through: Timestamp(milliseconds: .max),
                    limit: .max)
                precondition(
                    found.count == 1 && found[0].points.map(\.value.bitPattern) == one.values.map(\.bitPattern)
                        && found[0].points.map(\.time) == part.times, "\(one.labels) comes back")
            }
        }
    }

    static func row(_ what: String, _ measured: String) { print("| \(what) | \(measured) |") }

    static func text(_ number: Double) -> String { "\((number * 1000).rounded() / 1000)" }

    /// CPU time of this thread: whatever else the machine does, it is what the store costs.
    static func milliseconds(_ work: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
        }
        let began = now()
        work()
        return now() - began
    }
}

/// A thousand domains of 90 series, whose values are those that were recorded.
private final class Host {
    private static let domains = 1000
    private static let rounds = 200
    private let layouts: [SeriesLayout]
    private let values: [[Double]]
    private let store = Store()
    private var now = Timestamp(milliseconds: 1_700_000_000_000)

    init(_ recording: Recording) {
        let device = MetricFamily("device", .counter, "")
        let others = (0..<60).map { MetricFamily("other_\($0)", .gauge, "") }
        let template = SeriesTemplate(
            (0..<30).map { SeriesTemplate.Entry(family: device, label: "device", value: "vd\($0)") }
                + others.map { SeriesTemplate.Entry(family: $0) })
        layouts = (0..<Self.domains).map { number in
            SeriesLayout(template, fixed: [Label("domain", "web-\(number)")])
        }
        let series = recording.parts.filter { $0.times.count > 30 }.flatMap(\.series).filter {
            $0.labels["domain"] != nil
        }
        values = (0..<Self.rounds).map { round in
            (0..<90).map { column in
                let all = series[column * 7 % series.count].values
                return all[round % all.count]
            }
        }
        store.setDemand(StoreDemand(history: .seconds(3600)))
    }

    func measureAppends() {
        let before = Int(mallinfo2().uordblks)
        var rounds: [Double] = []
        var worst = 0.0
        for round in 0..<Self.rounds {
            now = now + .seconds(10)
            let batches = layouts.enumerated().map { number, layout in
                SeriesBatch(
                    layout: layout, values: values[round], time: now + .milliseconds(number))
            }
            var whole = 0.0
            for batch in batches {
                let one = StoreBench.milliseconds { store.append(batch) }
                whole += one
                worst = max(worst, one)
            }
            if round > 0 {
                rounds.append(whole)
            } else {
                StoreBench.row("the first round", "\(StoreBench.text(whole)) ms")
            }
            if round == 0 { worst = 0 }
        }
        let mean = rounds.reduce(0, +) / Double(rounds.count)
        StoreBench.row("90,000 samples in 1,000 batches, mean of \(rounds.count) rounds", "\(StoreBench.text(mean)) ms")
        StoreBench.row("the worst of them", "\(StoreBench.text(rounds.max() ?? 0)) ms")
        StoreBench.row("the worst batch", "\(StoreBench.text(worst)) ms")
        StoreBench.row("expiry", "\(StoreBench.text(StoreBench.milliseconds { store.expire(at: now) })) ms")
        let figures = store.figures
        StoreBench.row(
            "bytes a sample of \(figures.series) series, an hour kept",
            StoreBench.text(Double(figures.bytes) / Double(figures.samples)))
        let heap = Int(mallinfo2().uordblks) - before
        StoreBench.row("the same, labels and index", "\((heap - figures.bytes) / figures.series) bytes a series")
    }

    func measureReads() {
        let one = SeriesSelection(metric: "other_5") { _ in true }
        let some = SeriesSelection(metric: "device", matchers: [LabelMatcher("device", .equal, "vd7")]) {
            $0["device"] == "vd7"
        }
        let end = now + .seconds(2)
        for (what, selection) in [("all of their name", one), ("of 30,000 candidates", some)] {
            measure("300 s (30 points) of 1,000 series, \(what)") {
                store.points(of: selection, after: end - .seconds(300), through: end, limit: .max).reduce(0) {
                    $0 + $1.points.count
                }
            }
            measure("newest points of 1,000 series, \(what)") {
                store.newestPoints(of: selection, after: end - .seconds(300), through: end).count
            }
            measure("the same, 100 s ago") {
                store.newestPoints(of: selection, after: end - .seconds(400), through: end - .seconds(100)).count
            }
        }
    }

    private func measure(_ what: String, _ work: () -> Int) {
        var found = 0
        let first = StoreBench.milliseconds { found = work() }
        let others = (0..<200).map { _ in StoreBench.milliseconds { found = work() } }.sorted()
        StoreBench.row(
            "\(what): \(found) points",
            "\(StoreBench.text(others[100])) ms; the first time \(StoreBench.text(first)) ms")
    }
}
