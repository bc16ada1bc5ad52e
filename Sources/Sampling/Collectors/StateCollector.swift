// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// State and reason of each domain, active or not: `virDomainGetState`.
public struct StateCollector: Collector {
    public static let name = "state"
    private static let state = MetricFamily(
        "libvirt_domain_state", .gauge, "Whether the domain is in this state, in libvirt's words.", labels: ["state"])
    private static let stateCode = MetricFamily(
        "libvirt_domain_state_code", .gauge, "State of the domain as a number of libvirt's virDomainState.")
    private static let reasonCode = MetricFamily(
        "libvirt_domain_state_reason_code", .gauge,
        "Reason of the state as a number; what it means depends on the state.")
    private static let timedOut = MetricFamily(
        "libvirt_domain_timed_out", .gauge,
        "Whether the domain's monitor does not answer, so that what only it knows is left out.")
    private static let started = MetricFamily(
        "libvirt_domain_start_time_seconds", .gauge,
        "When the domain was started, or, if nobody heard of that, when this program first saw it run.")
    public static let families = [state, stateCode, reasonCode, timedOut, started]

    public let needs: StatsGroups = .state
    public let tier = CollectorTier.state

    /// Whether the state's number has no other labels than the domain's, and so stands here.
    private let hasCode: Bool

    public init() {
        self.init(hasCode: true)
    }

    init(hasCode: Bool) {
        self.hasCode = hasCode
    }

    static func addCode(_ reading: DomainReading, into writer: inout SampleWriter) {
        writer.add(stateCode, reading.stats.status.map { Double($0.state.rawValue) })
    }

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let status = reading.stats.status else { return }
        var isKnown = false
        for state in DomainState.known {
            let isCurrent = state == status.state
            isKnown = isKnown || isCurrent
            writer.add(Self.state, label: "state", state.name, isCurrent.gauge)
        }
        // A state of a newer libvirt is shown by its digits while it lasts.
        if !isKnown { writer.add(Self.state, label: "state", status.state.name, 1) }
        if hasCode { Self.addCode(reading, into: &writer) }
        writer.add(Self.reasonCode, Double(status.reason))
        writer.add(Self.timedOut, reading.isTimedOut?.gauge)
        writer.add(Self.started, reading.startedAt?.seconds)
    }
}
