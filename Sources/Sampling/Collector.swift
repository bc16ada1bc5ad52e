// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Turns one domain's reading into samples of its own families, and does nothing else: no call, no clock, no state.
///
/// What libvirt did not report is nil in the reading and yields no sample; a figure is never made up.
public protocol Collector: Sendable {
    /// The word that settings and documentation use.
    static var name: String { get }
    /// Every family that `collect` may add to.
    static var families: [MetricFamily] { get }
    /// Whether it runs unless the settings say otherwise.
    static var isDefault: Bool { get }
    /// How often it runs unless the settings say otherwise; nil for its tier's interval.
    static var interval: Duration? { get }
    /// Collectors that do not run beside it, since it has their series with other labels.
    static var replaces: Set<String> { get }
    /// Groups of `virConnectGetAllDomainStats` that it reads.
    var needs: StatsGroups { get }
    /// Calls about one domain that it reads the answers of.
    var calls: Set<DomainCall> { get }
    var tier: CollectorTier { get }
    func collect(_ reading: DomainReading, into writer: inout SampleWriter)
}

extension Collector {
    public static var isDefault: Bool { true }
    public static var replaces: Set<String> { [] }
    public static var interval: Duration? { nil }
    public var calls: Set<DomainCall> { [] }

    /// Told by what the collector needs.
    public var tier: CollectorTier {
        if !calls.isEmpty { return .details }
        if needs.isEmpty { return .definition }
        return needs.isSubset(of: .withoutMonitor) ? .round : .monitor
    }
}

/// What reading a collector's figures costs the host, from nothing upward; collectors of one tier share their calls.
public enum CollectorTier: Hashable, Sendable, CaseIterable {
    /// Made of the definition, when that changes.
    case definition
    /// The state, which events change between rounds.
    case state
    /// Groups of the bulk call that never reach a monitor.
    case round
    /// `virDomainGetInfo`: one call a domain that never reaches a monitor.
    case information
    /// Groups of the bulk call that ask each domain's monitor.
    case monitor
    /// Calls about one domain each, spread over the rounds.
    case details
    /// The guest's agent, which is asked apart from everything else and only where that is allowed.
    case guest
}
