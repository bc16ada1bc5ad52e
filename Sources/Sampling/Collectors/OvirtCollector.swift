// SPDX-License-Identifier: Apache-2.0
import DomainXML
public import Libvirt
public import Vocabulary

/// What oVirt made the domain for; nothing for domains of others. oVirt's identity of a domain is libvirt's.
public struct OvirtCollector: Collector {
    public static let name = "ovirt"
    private static let about = MetricFamily(
        "libvirt_domain_ovirt_info", .gauge, "Identity, name and version of the cluster of an oVirt domain; always 1.",
        labels: ["vm_id", "vm_name", "cluster_version"])
    public static let families = [about]

    public let needs: StatsGroups = []

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let vm = reading.description?.oVirt else { return }
        let uuid = DomainUUID(high: reading.stats.uuid.high, low: reading.stats.uuid.low)
        writer.add(
            info: Self.about,
            labels: [
                ("vm_id", uuid.description), ("vm_name", reading.stats.name),
                ("cluster_version", vm.clusterVersion ?? ""),
            ])
    }
}
