// SPDX-License-Identifier: Apache-2.0
import DomainXML
public import Libvirt
public import Vocabulary

/// Whose instance a domain is, as OpenStack's Nova wrote it into the metadata; nothing for domains of others.
public struct OpenStackCollector: Collector {
    public static let name = "openstack"
    private static let about = MetricFamily(
        "libvirt_domain_openstack_info", .gauge, "Instance, flavor, user and project of an OpenStack domain; always 1.",
        labels: ["instance_name", "instance_id", "flavor_name", "user_name", "user_id", "project_name", "project_id"])
    public static let families = [about]

    public let needs: StatsGroups = []

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let instance = reading.description?.openStack else { return }
        let uuid = DomainUUID(high: reading.stats.uuid.high, low: reading.stats.uuid.low)
        writer.add(
            info: Self.about,
            labels: [
                ("instance_name", instance.instanceName ?? ""), ("instance_id", uuid.description),
                ("flavor_name", instance.flavor ?? ""), ("user_name", instance.userName ?? ""),
                ("user_id", instance.userID ?? ""), ("project_name", instance.projectName ?? ""),
                ("project_id", instance.projectID ?? ""),
            ])
    }
}
