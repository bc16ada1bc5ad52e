// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// The virtual processors of each domain: the group `vcpu` of the bulk statistics.
public struct VCPUCollector: Collector {
    public static let name = "vcpu"
    private static let current = MetricFamily(
        "libvirt_domain_vcpu_current", .gauge, "Virtual CPUs that are online.")
    private static let maximum = MetricFamily(
        "libvirt_domain_vcpu_maximum", .gauge, "Virtual CPUs that the domain may have online.")
    private static let time = MetricFamily(
        "libvirt_domain_vcpu_time_seconds_total", .counter, "Time that the vCPU ran, in seconds.", labels: ["vcpu"])
    private static let wait = MetricFamily(
        "libvirt_domain_vcpu_wait_seconds_total", .counter,
        "Time that the vCPU waited for I/O, in seconds; needs CONFIG_SCHEDSTATS in the host's kernel.", labels: ["vcpu"]
    )
    private static let delay = MetricFamily(
        "libvirt_domain_vcpu_delay_seconds_total", .counter,
        "Time that the vCPU was ready to run and had to wait for a host CPU (steal), in seconds.", labels: ["vcpu"])
    private static let state = MetricFamily(
        "libvirt_domain_vcpu_state", .gauge, "State of the vCPU: 0 offline, 1 running, 2 blocked.", labels: ["vcpu"])
    private static let halted = MetricFamily(
        "libvirt_domain_vcpu_halted", .gauge, "Whether the vCPU is halted.", labels: ["vcpu"])
    public static let families = [current, maximum, time, wait, delay, state, halted]

    public let needs: StatsGroups = .vcpu

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        let stats = reading.stats
        writer.add(Self.current, stats.vcpuCurrent.map { Double($0) })
        writer.add(Self.maximum, stats.vcpuMaximum.map { Double($0) })
        for vcpu in stats.vcpus {
            let index = String(vcpu.index)
            writer.add(Self.time, label: "vcpu", index, vcpu.time?.secondsFromNanoseconds)
            writer.add(Self.wait, label: "vcpu", index, vcpu.wait?.secondsFromNanoseconds)
            writer.add(Self.delay, label: "vcpu", index, vcpu.delay?.secondsFromNanoseconds)
            writer.add(Self.state, label: "vcpu", index, vcpu.state.map { Double($0) })
            writer.add(Self.halted, label: "vcpu", index, vcpu.halted?.gauge)
        }
    }
}
