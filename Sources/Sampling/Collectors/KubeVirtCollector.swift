// SPDX-License-Identifier: Apache-2.0
import DomainXML
public import Libvirt
public import Vocabulary

/// Which object of Kubernetes a domain is, as KubeVirt wrote it; nothing for domains of others.
public struct KubeVirtCollector: Collector {
    public static let name = "kubevirt"
    private static let about = MetricFamily(
        "libvirt_domain_kubevirt_info", .gauge,
        "Namespace, name and UID of the VirtualMachineInstance of a KubeVirt domain; always 1.",
        labels: ["namespace", "vmi_name", "vmi_uid"])
    public static let families = [about]

    public let needs: StatsGroups = []

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let instance = reading.description?.kubeVirt else { return }
        let place = Self.place(reading.stats.name)
        writer.add(
            info: Self.about,
            labels: [
                ("namespace", place.namespace), ("vmi_name", place.name), ("vmi_uid", instance.uid ?? ""),
            ])
    }

    /// KubeVirt calls a domain `NAMESPACE_NAME`; Kubernetes allows no underscore in either.
    private static func place(_ domain: String) -> (namespace: String, name: String) {
        guard let end = domain.firstIndex(of: "_") else { return ("", domain) }
        return (String(domain[..<end]), String(domain[domain.index(after: end)...]))
    }
}
