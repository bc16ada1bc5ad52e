// SPDX-License-Identifier: Apache-2.0
import Notifying
import Remediation
import Sampling
import Vocabulary

/// What is repaired, and what is not, as series. No label has a value that somebody outside chooses but domains' names.
struct RemediationFigures {
    private static func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("virtwarden_" + name, .counter, help, labels: labels)
    }

    private static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("virtwarden_" + name, .gauge, help, labels: labels)
    }

    private static let decisions = counter(
        "remediation_decisions_total", "Decisions about domains, done or refused.", labels: ["cause", "outcome"])
    private static let skipped = counter(
        "remediation_skipped_total", "Decisions to do nothing, or nothing yet, by why.", labels: ["reason"])
    private static let actions = counter(
        "actions_total", "Actions on domains that ended, by whether they helped.",
        labels: ["domain", "action", "result"])
    private static let attempts = counter(
        "remediation_attempts_total", "Steps of repair that ended, by whether they helped.",
        labels: ["cause", "action", "result"])
    private static let duration = MetricFamily(
        "virtwarden_remediation_duration_seconds", .histogram,
        "Time from the first evidence of a failure until the domain ran again, or was given up, in seconds.",
        labels: ["result", "le"])
    private static let durationBucket = MetricFamily("_bucket", of: duration)
    private static let durationSum = MetricFamily("_sum", of: duration)
    private static let durationCount = MetricFamily("_count", of: duration)
    private static let incidents = MetricFamily(
        "libvirt_domain_incidents_total", .counter, "What happened to a domain and was judged, by its cause.",
        labels: ["domain", "cause"])
    private static let states = gauge(
        "remediation_domains", "Domains in each state of repair but healthy.", labels: ["state"])
    private static let held = gauge(
        "remediation_held_domains", "Domains whose next step something holds, by what.", labels: ["reason"])
    private static let state = gauge(
        "remediation_state", "Where a domain's repair stands; always 1, absent when it is healthy.",
        labels: ["domain", "state"])
    private static let backoff = gauge(
        "remediation_backoff_seconds", "How long a domain still waits after an attempt that did not last, in seconds.",
        labels: ["domain"])
    private static let storm = gauge(
        "remediation_storm_active", "Hosts on which so many domains failed at once that repairs wait.")
    private static let quarantined = gauge("quarantined_domains", "Domains whose budget of repairs is spent.")
    private static let paused = gauge("remediation_paused", "Whether all repairs are paused by an operator.")
    private static let pausedDomains = gauge("remediation_paused_domains", "Domains whose repair alone is paused.")
    private static let pauseAge = gauge(
        "remediation_pause_age_seconds", "How long the oldest pause has lasted, in seconds; 0 when there is none.")
    private static let journalUsable = gauge(
        "journal_usable", "Whether the remediation journal could be opened and read; without it nothing is repaired.")
    private static let journalFailures = counter(
        "journal_failures_total", "Writes to the remediation journal that failed.")
    private static let wishProblems = gauge(
        "remediation_metadata_problems",
        "What cannot be used of a domain's metadata for its repair; it is only observed. Absent when there is nothing.",
        labels: ["domain"])

    static let families = [
        decisions, skipped, actions, attempts, duration, incidents, states, held, state, backoff, storm, quarantined,
        paused, pausedDomains, pauseAge, journalUsable, journalFailures, wishProblems,
    ]

    /// Domains that are told of one by one.
    private static let domainLimit = 1000
    /// What can hold a step that goes on by itself.
    private static let holds: [SkipReason] = [
        .pause, .maintenance, .silence, .metadata, .killSwitch, .hostShutdown, .storm, .job, .missing, .libvirt, .turn,
        .dependency, .backoff, .gone,
    ]

    // Labels that never change, made once: these rows come in each round.
    private static let skips = SkipReason.allCases.map { (reason: $0, labels: [("reason", $0.rawValue)]) }
    private static let troubles = RepairState.allCases.filter { $0 != .healthy }
        .map { (state: $0, labels: [("state", $0.rawValue)]) }
    private static let holders = holds.map { (reason: $0, labels: [("reason", $0.rawValue)]) }
    private static let results = [(true, "success"), (false, "failure")].map { isSuccess, word in
        let bounds = LatencyFigures.bounds.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" } + ["+Inf"]
        return (
            isSuccess: isSuccess, labels: [("result", word)], buckets: bounds.map { [("result", word), ("le", $0)] }
        )
    }

    var news: NewsDesk.Counts
    var overview: RepairOverview
    var isJournalUsable: Bool
    /// Domains whose metadata cannot be used, and how much of it.
    var wishProblems: [(domain: DomainIdentity, count: Int)]
    var namesHosts: Bool
    var now: Timestamp

    typealias Row = (MetricFamily, [(String, String)], Double)

    /// In a fixed order, so that the layout stays while nothing new is counted.
    var rows: [Row] {
        Self.ordered(counted) + skipped + standing + single + durations + bucketRows
    }

    /// What dictionaries counted, which have no order.
    private static func ordered(_ rows: [Row]) -> [Row] {
        rows.map { row in (key: [row.0.name] + row.1.map(\.1), row: row) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.row)
    }

    private func labels(_ host: String, _ domain: String, _ more: (String, String)...) -> [(String, String)] {
        [("host", namesHosts ? host : ""), ("domain", domain)] + more
    }

    private var counted: [Row] {
        let decided = news.decisions.map { key, count -> Row in
            (Self.decisions, [("cause", key.cause.rawValue), ("outcome", key.outcome.rawValue)], Double(count))
        }
        let acted = news.actions.map { key, count -> Row in
            let result = ("result", key.isSuccess ? "success" : "failure")
            return (Self.actions, labels(key.host, key.domain, ("action", key.action), result), Double(count))
        }
        let attempted = news.attempts.map { key, count -> Row in
            let labels = [
                ("cause", key.cause.rawValue), ("action", key.action),
                ("result", key.isSuccess ? "success" : "failure"),
            ]
            return (Self.attempts, labels, Double(count))
        }
        let happened = news.incidents.map { key, count -> Row in
            (Self.incidents, labels(key.host, key.domain, ("cause", key.cause.rawValue)), Double(count))
        }
        return decided + acted + attempted + happened
    }

    private var skipped: [Row] {
        Self.skips.map { (Self.skipped, $0.labels, Double(news.skipped[$0.reason] ?? 0)) }
    }

    private var standing: [Row] {
        let states = Self.troubles.map { (Self.states, $0.labels, Double(overview.count($0.state))) as Row }
        let troubled = overview.troubled
        let held = Self.holders.map { reason, labels -> Row in
            (Self.held, labels, Double(troubled.count { $0.holds.contains { $0.skip == reason } }))
        }
        let each = troubled.prefix(Self.domainLimit).flatMap { entry -> [Row] in
            let (host, name) = (entry.domain.connection, entry.domain.name)
            let state: Row = (Self.state, labels(host, name, ("state", entry.state.rawValue)), 1)
            guard let end = entry.holds.first(where: { $0.skip == .backoff })?.until else { return [state] }
            return [state, (Self.backoff, labels(host, name), max(0, (end - now).inSeconds))]
        }
        let problems = wishProblems.prefix(Self.domainLimit).map { domain, count -> Row in
            (Self.wishProblems, labels(domain.connection, domain.name), Double(count))
        }
        return states + held + each + problems
    }

    private var single: [Row] {
        let pauses = overview.pauses
        let oldest = pauses.map(\.since).min().map { max(0, (now - $0).inSeconds) }
        return [
            (Self.storm, [], Double(overview.hosts.count { $0.stormEnds != nil })),
            (Self.quarantined, [], Double(overview.count(.quarantined))),
            (Self.paused, [], pauses.contains { $0.domain == nil } ? 1 : 0),
            (Self.pausedDomains, [], Double(pauses.count { $0.domain != nil })),
            (Self.pauseAge, [], oldest ?? 0),
            (Self.journalUsable, [], isJournalUsable ? 1 : 0),
            (Self.journalFailures, [], Double(overview.journalFailures)),
        ]
    }

    private func durations(of isSuccess: Bool) -> LatencyFigures { news.durations[isSuccess] ?? LatencyFigures() }

    private var durations: [Row] {
        Self.results.flatMap { result -> [Row] in
            let figures = durations(of: result.isSuccess)
            return [
                (Self.durationSum, result.labels, figures.sum),
                (Self.durationCount, result.labels, Double(figures.count)),
            ]
        }
    }

    /// Buckets stand in the order of their bounds.
    private var bucketRows: [Row] {
        Self.results.flatMap { result -> [Row] in
            let figures = durations(of: result.isSuccess)
            return zip(result.buckets, figures.counts + [figures.count]).map { labels, count in
                (Self.durationBucket, labels, Double(count))
            }
        }
    }
}

extension HostWatch {
    /// Domains whose metadata for their repair cannot be used, by name.
    var wishProblems: [(domain: DomainIdentity, count: Int)] {
        domains.values.compactMap { domain in
            domain.wish.flatMap { $0.problems.isEmpty ? nil : (domain.identity, $0.problems.count) }
        }.sorted { $0.domain.name < $1.domain.name }
    }
}
