// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// The job of each domain as inovex's exporter shows it: the series of `JobCollector`, which are 0 while there is no job;
/// for a time of moving over. It takes that one's place.
///
/// `libvirt_domain_openstack_info` stays what it is here, and stands only where Nova's metadata does.
public struct InovexJobCollector: Collector {
    public static let name = "inovex_job"
    public static let isDefault = false
    public static let replaces: Set<String> = [JobCollector.name]
    /// They are the other's.
    public static let families: [MetricFamily] = []

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = JobCollector().calls

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        if let job = reading.details?.job, !job.isRunning { JobCollector.addIdle(into: &writer) }
        JobCollector().collect(reading, into: &writer)
    }
}
