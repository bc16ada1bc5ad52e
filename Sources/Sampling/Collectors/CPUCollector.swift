// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// How the processor time that the host spent for each domain divides: the group `cpu` of the bulk statistics.
public struct CPUCollector: Collector {
    public static let name = "cpu"
    private static let user = MetricFamily(
        "libvirt_domain_cpu_user_seconds_total", .counter, "CPU time in user mode, in seconds.")
    private static let system = MetricFamily(
        "libvirt_domain_cpu_system_seconds_total", .counter, "CPU time in the host's kernel, in seconds.")
    private static let haltpoll = MetricFamily(
        "libvirt_domain_cpu_haltpoll_seconds_total", .counter,
        "Time that KVM polled before halting a vCPU, in seconds, by whether the poll succeeded.", labels: ["result"])
    public static let families = [user, system, haltpoll]

    public let needs: StatsGroups = .cpuTotal

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let cpu = reading.stats.cpu else { return }
        writer.add(Self.user, cpu.user?.secondsFromNanoseconds)
        writer.add(Self.system, cpu.system?.secondsFromNanoseconds)
        writer.add(Self.haltpoll, label: "result", "success", cpu.haltpollSuccess?.secondsFromNanoseconds)
        writer.add(Self.haltpoll, label: "result", "fail", cpu.haltpollFail?.secondsFromNanoseconds)
    }
}
