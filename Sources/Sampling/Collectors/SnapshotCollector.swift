// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// How many snapshots and checkpoints each domain has: `virDomainSnapshotNum`, `virDomainListAllCheckpoints`.
public struct SnapshotCollector: Collector {
    public static let name = "snapshot"
    public static let interval: Duration? = .seconds(600)
    private static let snapshots = MetricFamily(
        "libvirt_domain_snapshots", .gauge, "Snapshots that libvirt knows of the domain.")
    private static let checkpoints = MetricFamily(
        "libvirt_domain_checkpoints", .gauge, "Checkpoints, from which backups go on, that libvirt knows of the domain."
    )
    public static let families = [snapshots, checkpoints]

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.snapshots, .checkpoints]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        writer.add(Self.snapshots, reading.details?.snapshots.map { Double($0) })
        writer.add(Self.checkpoints, reading.details?.checkpoints.map { Double($0) })
    }
}
