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
    /// Groups of `virConnectGetAllDomainStats` that it reads.
    var needs: StatsGroups { get }
    /// Calls about one domain that it reads the answers of.
    var calls: Set<DomainCall> { get }
    func collect(_ reading: DomainReading, into writer: inout SampleWriter)
}

extension Collector {
    public static var isDefault: Bool { true }
    public var calls: Set<DomainCall> { [] }
}
