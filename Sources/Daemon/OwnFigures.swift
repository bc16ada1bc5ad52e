// SPDX-License-Identifier: Apache-2.0
import Glibc
import Notifying
import Sampling
import SeriesStore
package import Vocabulary

/// The agent's series about itself.
package struct OwnFigures {
    private static func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("virtwarden_" + name, .counter, help, labels: labels)
    }

    private static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("virtwarden_" + name, .gauge, help, labels: labels)
    }

    private static let build = gauge("build_info", "The agent's version; always 1.", labels: ["version"])
    private static let evaluations = counter("rule_group_evaluations_total", "Evaluations of rule groups.")
    private static let early = counter(
        "rule_group_early_evaluations_total", "Evaluations of rule groups that an event asked for.")
    private static let ruleEvaluations = counter("rule_evaluations_total", "Evaluations of single rules.")
    private static let missed = counter(
        "rule_group_iterations_missed_total",
        "Evaluations of a group that were left out, since the one before took too long.",
        labels: ["file", "group"])
    private static let groupDuration = gauge(
        "rule_group_last_duration_seconds", "How long the newest evaluation of a group took, in seconds.",
        labels: ["file", "group"])
    private static let groupTime = gauge(
        "rule_group_last_evaluation_timestamp_seconds", "When a group was evaluated last.", labels: ["file", "group"])
    private static let groupInterval = gauge(
        "rule_group_interval_seconds", "How often a group is evaluated, in seconds.", labels: ["file", "group"])
    private static let memoryFailures = counter(
        "alert_state_failures_total",
        "Times that the file which keeps alerts over a restart could not be read or written.")
    private static let memoryDropped = counter(
        "alert_state_dropped_total", "Changes of alerts that were not kept, since too many waited to be written.")
    private static let ruleFailures = counter("rule_failures_total", "Evaluations of single rules that failed.")
    private static let alerts = gauge("alerts", "Alerts in each state.", labels: ["state"])
    private static let deliveries = counter(
        "notifications_total", "Attempts to tell a receiver, by how they ended.", labels: ["receiver", "result"])
    private static let deliveryFailures = counter(
        "notification_failures_total", "Attempts to tell a receiver that failed or were refused, by reason.",
        labels: ["receiver", "reason"])
    private static let latency = MetricFamily(
        "virtwarden_notification_latency_seconds", .histogram,
        "Time from the change of an alert to the answer of the receiver that was told of it, in seconds.",
        labels: ["receiver", "le"])
    private static let latencyBucket = MetricFamily("_bucket", of: latency)
    private static let latencySum = MetricFamily("_sum", of: latency)
    private static let latencyCount = MetricFamily("_count", of: latency)
    private static let waiting = gauge(
        "notifications_waiting", "Groups of alerts that a receiver has yet to be told of.", labels: ["receiver"])
    private static let oldest = gauge(
        "notifications_oldest_seconds", "How long the oldest of them has waited, in seconds.", labels: ["receiver"])
    private static let droppedAlerts = counter(
        "notifications_dropped_total", "Alerts that a receiver was not told of, by why they were given up.",
        labels: ["receiver", "reason"])
    private static let outboxFailures = counter(
        "outbox_failures_total",
        "Times that the file which keeps notifications over a restart could not be read or written.")
    private static let sentAlerts = counter(
        "alertmanager_sent_total", "Alerts that an Alertmanager was told of.", labels: ["target"])
    private static let alertmanagerErrors = counter(
        "alertmanager_errors_total", "Requests to an Alertmanager that failed or were refused.", labels: ["target"])
    private static let alertmanagerDropped = counter(
        "alertmanager_dropped_total", "Alerts that an Alertmanager was not told of and will not be.",
        labels: ["target"])
    private static let alertmanagerQueue = gauge(
        "alertmanager_queue_length", "Alerts that an Alertmanager has yet to be told of.", labels: ["target"])
    private static let alertmanagerLatency = MetricFamily(
        "virtwarden_alertmanager_latency_seconds", .histogram, "How long requests to an Alertmanager took.",
        labels: ["target", "le"])
    private static let alertmanagerBucket = MetricFamily("_bucket", of: alertmanagerLatency)
    private static let alertmanagerSum = MetricFamily("_sum", of: alertmanagerLatency)
    private static let alertmanagerCount = MetricFamily("_count", of: alertmanagerLatency)
    private static let reloadWorked = gauge(
        "config_last_reload_successful", "Whether the newest attempt to read the configuration worked.")
    private static let reloadTime = gauge(
        "config_last_reload_success_timestamp_seconds", "When the configuration in force was read.")
    private static let storeSeries = gauge("store_series", "Series in memory, for rules to read.")
    private static let storeSamples = gauge("store_samples", "Samples in memory, of all these series.")
    private static let storeBytes = gauge("store_bytes", "Memory that these samples take, compressed, in bytes.")
    private static let seriesLeftOut = gauge(
        "series_left_out", "Series that are not kept because there are too many.")
    private static let storeRejected = counter(
        "store_rejected_points_total", "Points that came too late for their series.")
    private static let unlogged = counter("events_unlogged_total", "Events whose log line was left out in a flood.")
    private static let memory = MetricFamily(
        "process_resident_memory_bytes", .gauge, "Memory of this process, in bytes.")
    private static let cpu = MetricFamily(
        "process_cpu_seconds_total", .counter, "CPU time of this process, in seconds.")

    package static let families =
        [
            build, evaluations, early, ruleEvaluations, ruleFailures, missed, groupDuration, groupTime, groupInterval,
            memoryFailures, memoryDropped, alerts,
        ] + SilenceFigures.families + [
            deliveries, deliveryFailures, latency, waiting, oldest, droppedAlerts, outboxFailures, sentAlerts,
            alertmanagerErrors, alertmanagerDropped, alertmanagerQueue, alertmanagerLatency,
        ] + RemediationFigures.families + [
            reloadWorked, reloadTime, storeSeries, storeSamples, storeBytes, seriesLeftOut, storeRejected, unlogged,
            memory, cpu,
        ]

    /// What the series are made of.
    struct Facts {
        var version: String
        var rules: RuleRunner.Counts
        var groups: [RuleBoard.Figures]
        var alerts: (pending: Int, firing: Int)
        /// Of the file that keeps alerts.
        var memory: (failures: Int, dropped: Int)
        var silences: SilenceFigures
        var deliveries: [String: DeliveryFigures]
        var outboxFailures: Int
        var alertmanagers: [String: AlertmanagerFigures]
        var repairs: RemediationFigures
        /// Events whose log line was left out.
        var unlogged: Int
        var didReload: Bool
        var reloadedAt: Timestamp
        var store: StoreFigures
        var seriesLeftOut: Int
    }

    private typealias Row = (MetricFamily, [(String, String)], Double)
    private var series = OwnSeries(host: nil)

    package init() {}

    mutating func batch(_ facts: Facts, at time: Timestamp) -> SeriesBatch {
        var rows: [Row] = [
            (Self.build, [("version", facts.version)], 1),
            (Self.evaluations, [], Double(facts.rules.evaluations)),
            (Self.early, [], Double(facts.rules.earlyEvaluations)),
            (Self.ruleEvaluations, [], Double(facts.rules.ruleEvaluations)),
            (Self.ruleFailures, [], Double(facts.rules.failures)),
            (Self.memoryFailures, [], Double(facts.memory.failures)),
            (Self.memoryDropped, [], Double(facts.memory.dropped)),
            (Self.outboxFailures, [], Double(facts.outboxFailures)),
            (Self.alerts, [("state", "pending")], Double(facts.alerts.pending)),
            (Self.alerts, [("state", "firing")], Double(facts.alerts.firing)),
            (Self.reloadWorked, [], facts.didReload ? 1 : 0),
            (Self.reloadTime, [], facts.reloadedAt.seconds),
            (Self.storeSeries, [], Double(facts.store.series)),
            (Self.storeSamples, [], Double(facts.store.samples)),
            (Self.storeBytes, [], Double(facts.store.bytes)),
            (Self.seriesLeftOut, [], Double(facts.seriesLeftOut)),
            (Self.storeRejected, [], Double(facts.store.rejected)),
            (Self.unlogged, [], Double(facts.unlogged)),
        ]
        rows +=
            Self.groupRows(facts.groups) + facts.silences.rows + Self.deliveryRows(facts.deliveries)
            + Self.alertmanagerRows(facts.alertmanagers) + facts.repairs.rows + Self.processRows()
        return series.batch(rows, at: time)
    }

    private static func groupRows(_ groups: [RuleBoard.Figures]) -> [Row] {
        groups.flatMap { figures -> [Row] in
            let labels = [("file", figures.file), ("group", figures.group)]
            let rows: [Row] = [
                (missed, labels, Double(figures.missed)), (groupInterval, labels, figures.interval.inSeconds),
            ]
            guard let time = figures.lastEvaluation else { return rows }
            return rows + [(groupDuration, labels, figures.duration.inSeconds), (groupTime, labels, time.seconds)]
        }
    }

    private static func deliveryRows(_ deliveries: [String: DeliveryFigures]) -> [Row] {
        deliveries.sorted { $0.key < $1.key }.flatMap { receiver, figures -> [Row] in
            let label = ("receiver", receiver)
            let results = [
                ("delivered", figures.delivered), ("failed", figures.failed), ("refused", figures.refused),
            ]
            return results.map { (Self.deliveries, [label, ("result", $0.0)], Double($0.1)) } + [
                (waiting, [label], Double(figures.depth)),
                (oldest, [label], figures.oldestAge?.inSeconds ?? 0),
            ]
                + GiveUpReason.allCases.map {
                    (droppedAlerts, [label, ("reason", $0.rawValue)], Double(figures.givenUp[$0, default: 0]))
                }
                + FailureReason.allCases.map {
                    (deliveryFailures, [label, ("reason", $0.rawValue)], Double(figures.failures[$0, default: 0]))
                } + latencyRows(figures.latency, label)
        }
    }

    private static func alertmanagerRows(_ targets: [String: AlertmanagerFigures]) -> [Row] {
        targets.sorted { $0.key < $1.key }.flatMap { target, figures -> [Row] in
            let label = ("target", target)
            let bounds = AlertmanagerFigures.bounds.map { "\($0)" } + ["+Inf"]
            let buckets = zip(bounds, figures.buckets + [figures.requests]).map { bound, count -> Row in
                (alertmanagerBucket, [label, ("le", bound)], Double(count))
            }
            return [
                (sentAlerts, [label], Double(figures.sent)), (alertmanagerErrors, [label], Double(figures.errors)),
                (alertmanagerDropped, [label], Double(figures.dropped)),
                (alertmanagerQueue, [label], Double(figures.depth)),
            ] + buckets + [
                (alertmanagerSum, [label], figures.seconds), (alertmanagerCount, [label], Double(figures.requests)),
            ]
        }
    }

    private static func latencyRows(_ figures: LatencyFigures, _ label: (String, String)) -> [Row] {
        let buckets = zip(LatencyFigures.bounds, figures.counts).map { bound, count -> Row in
            (latencyBucket, [label, ("le", bound == bound.rounded() ? "\(Int(bound))" : "\(bound)")], Double(count))
        }
        return buckets + [
            (latencyBucket, [label, ("le", "+Inf")], Double(figures.count)), (latencySum, [label], figures.sum),
            (latencyCount, [label], Double(figures.count)),
        ]
    }

    private static func processRows() -> [Row] {
        var usage = rusage()
        getrusage(__rusage_who_t(0), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        var rows: [Row] = [(cpu, [], seconds(usage.ru_utime) + seconds(usage.ru_stime))]
        if let pages = residentPages() { rows.append((memory, [], Double(pages * sysconf(Int32(_SC_PAGESIZE))))) }
        return rows
    }

    /// The second number of `/proc/self/statm`.
    private static func residentPages() -> Int? {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let words = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
        return words.count > 1 ? Int(words[1]) : nil
    }
}
