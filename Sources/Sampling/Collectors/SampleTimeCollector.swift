// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// When each domain's monitor was last read: how old what only it knows is.
public struct SampleTimeCollector: Collector {
    public static let name = "sample_time"
    private static let time = MetricFamily(
        "libvirt_domain_sample_timestamp_seconds", .gauge,
        "When the domain's monitor was last read, in seconds since 1970.")
    public static let families = [time]

    public let needs: StatsGroups = []
    public let tier = CollectorTier.monitor

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        writer.add(Self.time, reading.time?.seconds)
    }
}
