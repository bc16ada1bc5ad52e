// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Sampling
import Vocabulary

/// What is counted of a host's rounds.
struct RoundFigures {
    var skippedRounds = 0
    var skippedMonitorRounds = 0
    var overdueCalls = 0
    var failures = 0
    var reconnects = 0
    /// Of the connections before the one there is.
    var droppedEvents = 0
    var floods = 0
    /// Fields of libvirt's statistics that no decoder knows, by name.
    var unknownFields: [String: Int] = [:]
    var lastDuration: Duration?
    var lastSuccess: Timestamp?
    /// The same moment on the monotonic clock.
    var lastSuccessAt: Duration?
}

/// Makes a host's own batches: how libvirt stands, and how the rounds go.
struct HostFigures {
    static let skipped = MetricFamily(
        "virtwarden_sampling_skipped_total", .counter, "Rounds left out because the one before still ran, by tier.",
        labels: ["tier"])
    static let failures = MetricFamily(
        "virtwarden_sampling_failures_total", .counter, "Bulk calls that libvirt answered with an error.")
    static let overdue = MetricFamily(
        "virtwarden_monitor_calls_overdue_total", .counter,
        "Calls into domains' monitors that were given up because one did not answer in time.")
    static let writtenOff = MetricFamily(
        "virtwarden_lanes_written_off", .gauge, "Connections whose call into a monitor has not returned yet.")
    static let objectsOverdue = MetricFamily(
        "virtwarden_object_calls_overdue", .gauge,
        "Whether a call about storage pools (storage), or about networks, interfaces and devices (others), or a list of "
            + "them has not returned in time; no other is made until it does.", labels: ["objects"])
    static let dropped = MetricFamily(
        "virtwarden_events_dropped_total", .counter,
        "Events that did not fit into the bounded queue, or were passed over in a flood.")
    static let floods = MetricFamily(
        "virtwarden_event_floods_total", .counter, "Times that a kind of event was not listened to for a while.")
    static let reconnects = MetricFamily(
        "virtwarden_reconnects_total", .counter, "Connections to libvirt that were lost and are opened again.")
    static let unknownFields = MetricFamily(
        "virtwarden_unknown_fields_total", .counter,
        "Fields of libvirt's statistics that this version does not know, by name, with every number in it as N.",
        labels: ["field"])
    static let duration = MetricFamily(
        "virtwarden_sample_duration_seconds", .gauge, "How long the last round took, monitor groups apart.")
    static let timestamp = MetricFamily(
        "virtwarden_last_success_timestamp_seconds", .gauge, "When this host was last sampled.")
    static let leftOut = MetricFamily(
        "virtwarden_domains_left_out", .gauge, "Domains that are not watched because there are too many.")
    static let unreadable = MetricFamily(
        "virtwarden_definitions_unreadable", .gauge,
        "Domains whose definition could not be read when it was last asked for; they are only observed.")
    static let capability = MetricFamily(
        "virtwarden_capability", .gauge,
        "Whether the driver has this call of libvirt (1) or refuses it (0); calls that were not needed are absent.",
        labels: ["call"])
    static let families = [
        leftOut, unreadable, skipped, failures, overdue, writtenOff, objectsOverdue, dropped, floods, reconnects,
        unknownFields,
        SampleAges.age, duration, timestamp, capability,
    ]

    private var host: HostSeries
    private var own: OwnSeries
    private var calls: OwnSeries

    init(host label: String?, sampling: SamplingPlan) {
        host = HostSeries(host: label, hasNumber: sampling.runs(KuminaCollector.name))
        own = OwnSeries(host: label)
        calls = OwnSeries(host: label)
    }

    mutating func libvirt(
        counts: [String: Int]?, allocated: [String: HostSeries.Allocation], versions: Versions?, at time: Timestamp
    ) -> SeriesBatch {
        let versions = versions.map {
            HostSeries.Versions(hypervisor: $0.hypervisor, daemon: $0.daemon, library: $0.library)
        }
        return host.batch(counts: counts, allocated: allocated, versions: versions, at: time)
    }

    mutating func rounds(
        _ figures: RoundFigures, now: (writtenOff: Int, dropped: Int, leftOut: Int, unreadable: Int), overdue: [String],
        at time: Timestamp
    ) -> SeriesBatch {
        var rows: [(MetricFamily, [(String, String)], Double)] = [
            (Self.skipped, [("tier", "1")], Double(figures.skippedRounds)),
            (Self.skipped, [("tier", "2")], Double(figures.skippedMonitorRounds)),
            (Self.failures, [], Double(figures.failures)),
            (Self.overdue, [], Double(figures.overdueCalls)),
            (Self.writtenOff, [], Double(now.writtenOff)),
            (Self.dropped, [], Double(figures.droppedEvents + now.dropped)),
            (Self.leftOut, [], Double(now.leftOut)),
            (Self.unreadable, [], Double(now.unreadable)),
            (Self.floods, [], Double(figures.floods)),
            (Self.reconnects, [], Double(figures.reconnects)),
        ]
        for chain in ObjectFigures.Chain.allCases.map(\.rawValue) {
            rows.append((Self.objectsOverdue, [("objects", chain)], overdue.contains(chain) ? 1 : 0))
        }
        for (field, count) in figures.unknownFields.sorted(by: { $0.key < $1.key }) {
            rows.append((Self.unknownFields, [("field", field)], Double(count)))
        }
        if let duration = figures.lastDuration { rows.append((Self.duration, [], duration.inSeconds)) }
        if let at = figures.lastSuccessAt {
            // For rules; a scrape gets the age at its own moment.
            rows.append((SampleAges.age, [], (.monotonic - at).inSeconds))
        }
        if let time = figures.lastSuccess { rows.append((Self.timestamp, [], time.seconds)) }
        return own.batch(rows, at: time)
    }

    /// Which calls the driver answered, and which it has not.
    mutating func capabilities(answered: Set<String>, refused: Set<String>, at time: Timestamp) -> SeriesBatch {
        // A call that was refused for one domain and answered for another is one that the driver has.
        let rows = answered.union(refused).sorted().map { call in
            (Self.capability, [("call", call)], answered.contains(call) ? 1.0 : 0.0)
        }
        return calls.batch(rows, at: time)
    }
}

extension HostWatch {
    /// Puts the host's own series on the board; those about libvirt that changed.
    @discardableResult
    func putHostSeries() -> [Labels] {
        // A round that was under way when the watch ended would leave series that nobody takes away.
        guard !isStopped else { return [] }
        let now = Timestamp.now
        let isUp = links != nil && !isSilent
        let batch = series.libvirt(
            counts: isUp ? self.counts : nil, allocated: isUp ? allocations : [:], versions: isUp ? versions : nil,
            at: now)
        let counts = (
            lanes?.writtenOff.count ?? 0, (events?.dropped ?? 0) + (objects.events?.dropped ?? 0), domainsLeftOut,
            unreadable.count
        )
        let overdue = ObjectFigures.Chain.allCases.filter { objects[$0].isOverdue }.map(\.rawValue)
        board.put(series.rounds(figures, now: counts, overdue: overdue, at: now), as: .host(name, .rounds))
        board.put(
            series.capabilities(answered: isUp ? answered : [], refused: isUp ? refused : [], at: now),
            as: .host(name, .capabilities))
        return batch.changes(since: board.put(batch, as: .host(name, .libvirt)))
    }
}
