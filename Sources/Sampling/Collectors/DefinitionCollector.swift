// SPDX-License-Identifier: Apache-2.0
import DomainXML
public import Libvirt
public import Vocabulary

/// What the definition and the list of domains say: needs no statistics, changes seldom.
public struct DefinitionCollector: Collector {
    public static let name = "definition"
    private static let about = MetricFamily(
        "libvirt_domain_info", .gauge, "UUID, type of operating system, title and persistence; always 1.",
        labels: ["uuid", "os_type", "os_type_arch", "os_type_machine", "title", "persistent"])
    private static let autostart = MetricFamily(
        "libvirt_domain_autostart", .gauge, "Whether the domain is started with the host.")
    private static let persistent = MetricFamily(
        "libvirt_domain_persistent", .gauge, "Whether the domain's definition outlives its run.")
    private static let managedSave = MetricFamily(
        "libvirt_domain_managed_save", .gauge, "Whether libvirt holds a saved image that the next start restores.")
    public static let families = [about, autostart, persistent, managedSave]

    public let needs: StatsGroups = []

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        let uuid = DomainUUID(high: reading.stats.uuid.high, low: reading.stats.uuid.low)
        let description = reading.description
        // An empty value is the same as no label.
        writer.add(
            info: Self.about,
            labels: [
                ("uuid", uuid.description), ("os_type", description?.osType ?? ""),
                ("os_type_arch", description?.arch ?? ""), ("os_type_machine", description?.machine ?? ""),
                ("title", description?.title ?? ""), ("persistent", reading.isPersistent.map { "\($0)" } ?? ""),
            ])
        writer.add(Self.autostart, reading.hasAutostart?.gauge)
        writer.add(Self.persistent, reading.isPersistent?.gauge)
        writer.add(Self.managedSave, reading.hasManagedSave?.gauge)
    }
}
