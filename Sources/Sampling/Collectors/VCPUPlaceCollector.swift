// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// On which of the host's CPUs each virtual one ran last: `virDomainGetVcpus`.
public struct VCPUPlaceCollector: Collector {
    public static let name = "vcpu_place"
    public static let isDefault = false
    private static let cpu = MetricFamily(
        "libvirt_domain_vcpu_cpu", .gauge, "Number of the host's CPU on which the vCPU ran last.", labels: ["vcpu"])
    public static let families = [cpu]

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.vcpuPlaces]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let places = reading.details?.vcpuPlaces else { return }
        for (vcpu, cpu) in places.sorted(by: { $0.key < $1.key }) {
            writer.add(Self.cpu, label: "vcpu", String(vcpu), Double(cpu))
        }
    }
}
