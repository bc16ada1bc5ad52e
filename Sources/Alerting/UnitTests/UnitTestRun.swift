// SPDX-License-Identifier: Apache-2.0
public import PromQL
import SeriesStore
import Vocabulary

extension UnitTestFile {
    /// Runs every test against `groups`, the rules of its rule files; what is not as expected, test by test.
    public func failures(of groups: [RuleGroup], as dialect: Dialect = .default) -> [UnitTestFailure] {
        let ordered = groups.enumerated().sorted {
            (place($0.element), $0.offset) < (place($1.element), $1.offset)
        }.map(\.element)
        return tests.enumerated().flatMap { index, test in
            var run = UnitTestRun(test, ordered, self, dialect)
            let title = test.name.isEmpty ? "test \(index + 1)" : "test \(index + 1) \"\(test.name)\""
            return run.failures(title)
        }
    }

    /// Groups that are not named come first, as they stand.
    private func place(_ group: RuleGroup) -> Int {
        groupOrder.firstIndex(of: group.name) ?? -1
    }
}

/// One test, played from its start to its last check.
private struct UnitTestRun {
    private let test: UnitTest
    private let file: UnitTestFile
    private let dialect: Dialect
    private let store = Store()
    private var states: [GroupState]
    /// The input, longest first; how many values of each are in the store.
    private let series: [UnitTest.Input]
    private var loaded = 0
    private var failures: [UnitTestFailure] = []
    private var title = ""

    init(_ test: UnitTest, _ groups: [RuleGroup], _ file: UnitTestFile, _ dialect: Dialect) {
        self.test = test
        self.file = file
        self.dialect = dialect
        states = groups.map {
            GroupState($0, externalURL: test.externalURL, externalLabels: test.externalLabels)
        }
        // Of a series that is there twice the later one counts, all of it.
        let last = Dictionary(test.series.map { ($0.labels, $0) }) { $1 }
        series = last.values.sorted { $0.values.count > $1.values.count }
        store.setDemand(StoreDemand(history: UnitTestFile.reach))
    }

    mutating func failures(_ title: String) -> [UnitTestFailure] {
        self.title = title
        var time = test.start
        while time - test.start <= test.end {
            load(through: time)
            evaluate(at: time)
            // A rule that fails makes everything after it doubtful.
            guard failures.isEmpty else { return failures }
            for check in test.alerts
            where check.time >= time - test.start && check.time < time + file.interval - test.start {
                compare(check)
            }
            time = time + file.interval
        }
        load(through: test.start + test.end)
        for check in test.expressions { compare(check) }
        return failures
    }

    /// The values that there are by then: no rule sees what comes later, even when it asks for it.
    private mutating func load(through end: Timestamp) {
        let count = series.first?.values.count ?? 0
        while loaded < count {
            let time = test.start + .milliseconds(Int64(loaded) * test.interval.milliseconds)
            guard time <= end else { return }
            let points = series.prefix { $0.values.count > loaded }.compactMap { one in
                one.values[loaded].map { (one.labels, $0) }
            }
            if !points.isEmpty { store.append(points, at: time) }
            loaded += 1
        }
    }

    private mutating func evaluate(at time: Timestamp) {
        var sink = StoreSink(store: store)
        for index in states.indices {
            let outcome = states[index].evaluate(at: time, over: store, into: &sink)
            for failure in outcome.failures { fail("at \(DurationText.format(time - test.start))", [failure]) }
        }
    }

    private mutating func compare(_ check: UnitTest.AlertCheck) {
        let firing = states.flatMap(\.alerts).filter { $0.state == .firing && $0.name == check.name }
        let got = firing.map { UnitTest.ExpectedAlert(labels: $0.labels, annotations: $0.annotations) }
        let lines = Difference.lines(expected: check.expected, got: got, ==) { alert in
            "\(alert.labels)" + (alert.annotations.isEmpty ? "" : " annotations \(alert.annotations)")
        }
        if !lines.isEmpty { fail("alert \(check.name) at \(DurationText.format(check.time))", lines) }
    }

    private mutating func compare(_ check: UnitTest.ExpressionCheck) {
        let subject = "expression \(check.expression) at \(DurationText.format(check.time))"
        do throws(QueryError) {
            let value = try Query(parsing: check.expression, as: dialect)
                .evaluate(at: test.start + check.time, over: store).value
            let got: [VectorSample]
            switch value {
            case .vector(let samples): got = samples
            case .scalar(let number):
                got = [VectorSample(labels: .none, value: number, time: test.start + check.time)]
            case .string, .matrix: throw QueryError("it gives neither an instant vector nor a scalar")
            }
            let lines = Difference.lines(expected: check.expected, got: got, isSame) { sample in
                "\(sample.labels) \(NumberText.format(sample.value))"
            }
            if !lines.isEmpty { fail(subject, lines) }
        } catch {
            fail(subject, [error.description])
        }
    }

    private func isSame(_ left: VectorSample, _ right: VectorSample) -> Bool {
        guard left.labels == right.labels else { return false }
        let (left, right) = (left.value, right.value)
        if left == right || left.isNaN && right.isNaN { return true }
        return file.isFuzzy && abs(left - right) <= 1e-6 * max(abs(left), abs(right))
    }

    private mutating func fail(_ subject: String, _ lines: [String]) {
        failures.append(UnitTestFailure(test: title, subject: subject, lines: lines))
    }
}
