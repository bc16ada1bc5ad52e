// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// How the I/O threads of each domain poll: the group `iothread` of the bulk statistics.
public struct IothreadCollector: Collector {
    public static let name = "iothread"
    public static let isDefault = false
    private static let pollMax = MetricFamily(
        "libvirt_domain_iothread_poll_max_seconds", .gauge,
        "Longest time that the I/O thread polls before it sleeps, in seconds; 0 is no polling.", labels: ["iothread"])
    private static let pollGrow = MetricFamily(
        "libvirt_domain_iothread_poll_grow", .gauge,
        "By what the polling time is multiplied when it was too short; 0 is the hypervisor's own choice.",
        labels: ["iothread"])
    private static let pollShrink = MetricFamily(
        "libvirt_domain_iothread_poll_shrink", .gauge,
        "By what the polling time is divided when it was too long; 0 is the hypervisor's own choice.",
        labels: ["iothread"])
    public static let families = [pollMax, pollGrow, pollShrink]

    public let needs: StatsGroups = .iothread

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        for thread in reading.stats.extra?.iothreads ?? [] {
            let id = String(thread.index)
            writer.add(Self.pollMax, label: "iothread", id, thread.pollMax?.secondsFromNanoseconds)
            writer.add(Self.pollGrow, label: "iothread", id, thread.pollGrow.map { Double($0) })
            writer.add(Self.pollShrink, label: "iothread", id, thread.pollShrink.map { Double($0) })
        }
    }
}
