// SPDX-License-Identifier: Apache-2.0
import Alerting
import FoundationEssentials
import Glibc
import SeriesStore
import TestHosts
import Vocabulary
import WebClient

/// `RuleBench [--alone] FILE...`: what one evaluation of rule files costs over a thousand domains' hour, here and in
/// Prometheus, which `--alone` leaves out.
@main struct RuleBench {
    private static let runs = 20

    static func main() async throws {
        let files = CommandLine.arguments.dropFirst().filter { $0 != "--alone" }.map {
            URL(filePath: $0).path
        }
        let groups = try files.flatMap {
            try RuleFile.parse(String(contentsOf: URL(filePath: $0), encoding: .utf8), path: $0).get()
        }
        let now = Timestamp(milliseconds: Stopwatch.time.milliseconds / 10_000 * 10_000)
        print("Load of the machine: \(load()). Times are in milliseconds.\n")
        var own = measure(groups, upTo: now)
        guard !CommandLine.arguments.contains("--alone") else { return }
        try await compare(&own, with: files, upTo: now)
    }

    private static func measure(_ groups: [RuleGroup], upTo now: Timestamp) -> OwnSide {
        let before = residentMemory(of: getpid())
        var side = OwnSide(groups, upTo: now)
        var appends = (0..<DataSet.rounds).map { _ in side.append() }
        appends.removeFirst()
        let first = side.evaluate()
        let runs = (0..<Self.runs).map { _ in
            appends.append(side.append())
            return side.evaluate()
        }
        let figures = side.store.figures
        print("| what | measured |\n| --- | --- |")
        row("samples, of series", "\(figures.samples), \(figures.series)")
        row("bytes a sample", text(Double(figures.bytes) / Double(figures.samples)))
        row("MiB of samples; resident more", "\(figures.bytes >> 20); \(text(residentMemory(of: getpid()) - before))")
        row("append of a round, CPU: least, median, worst", spread(appends))
        row("all groups, the first time", "\(text(first.wall))")
        row("all groups: least, median, worst", spread(runs.map(\.wall)))
        row("the same, CPU", spread(runs.map(\.processor)))
        measureEvents(&side)
        row("alerts", side.alerts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
        print("\n| rule | ms |\n| --- | --- |")
        for rule in side.rules { row(rule.name, text(rule.time)) }
        return side
    }

    private static func measureEvents(_ side: inout OwnSide) {
        let events = (1...20).map { side.event(of: $0 * 7, after: .milliseconds($0)) }
        let names = events[0].groups.joined(separator: ", ")
        row("an event of one domain, finding its groups (\(names))", text(events.map(\.lookUp).median))
        row("the same, their evaluation: least, median, worst", spread(events.map(\.wall)))
        row("the same, CPU", spread(events.map(\.processor)))
    }

    private static func compare(_ own: inout OwnSide, with files: [String], upTo now: Timestamp) async throws {
        let other = try await PrometheusSide(files, upTo: now)
        do {
            let began = Stopwatch.now()
            try await other.load()
            print("\nPrometheus took \(text((Stopwatch.now() - began) / 1000)) s to take the hour.")
            try await other.go(on: Stopwatch.time)
            let found = try await other.server.query("count(libvirt_domain_info_virtual_cpus)")
            guard found.contains("=> \(DataSet.domains) ") else {
                throw HostError("not all domains are there: \(found)")
            }
            try other.loadRules()
            // Both in the same minutes: whatever else the machine does, it does to both.
            var runs: [OwnSide.Run] = []
            try await other.watch(8) {
                _ = own.append()
                runs.append(own.evaluate())
            }
            print("Load of the machine: \(load()).\n\n| group | here | Prometheus | ratio |\n| --- | --- | --- | --- |")
            var sums = (here: 0.0, there: 0.0)
            for (name, times) in other.groups.sorted(by: { $0.key < $1.key }) {
                let here = runs.map { $0.groups[name] ?? .nan }.median
                sums = (sums.here + here, sums.there + times.median)
                print("| \(name) | \(text(here)) | \(text(times.median)) | \(text(here / times.median)) |")
            }
            print("| all | \(text(sums.here)) | \(text(sums.there)) | \(text(sums.here / sums.there)) |")
            let least = other.groups.reduce((here: 0.0, there: 0.0)) { sum, group in
                (
                    sum.here + (runs.compactMap { $0.groups[group.key] }.min() ?? .nan),
                    sum.there + (group.value.min() ?? .nan)
                )
            }
            print(
                "| the least of each | \(text(least.here)) | \(text(least.there)) | \(text(least.here / least.there)) |"
            )
            print("\nPrometheus: \(text(residentMemory(of: other.server.pid))) MiB resident.")
            print("\n| rule | Prometheus, ms |\n| --- | --- |")
            for (name, times) in other.rules.sorted(by: { $0.key < $1.key }) { row(name, text(times.median)) }
        } catch {
            await other.stop()
            throw error
        }
        await other.stop()
    }

    private static func row(_ what: String, _ measured: String) { print("| \(what) | \(measured) |") }

    private static func spread(_ times: [Double]) -> String {
        "\(text(times.min() ?? .nan)), \(text(times.median)), \(text(times.max() ?? .nan))"
    }

    private static func text(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }

    private static func load() -> String {
        var loads = [0.0, 0.0, 0.0]
        return getloadavg(&loads, 3) > 0 ? text(loads[0]) : "unknown"
    }
}
