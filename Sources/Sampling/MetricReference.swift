// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What the documentation says of one metric, made of what the code says of it.
public struct MetricReference: Hashable, Sendable, Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, unit, labels, source, collector, help
        case kind = "type"
        case isShown = "default"
    }

    public let name: String
    /// Prometheus's word.
    public let kind: String
    public let unit: String
    /// Beside `domain`, where it is about one, and `host`.
    public let labels: [String]
    /// The calls of libvirt that it comes from.
    public let source: String
    /// The collector, or other part of the page, under whose name it can be asked for.
    public let collector: String
    /// Whether it is on the page unless the settings say otherwise: `yes`, `no`, or the setting that it takes.
    public let isShown: String
    public let help: String

    /// A family that no collector fills; `source` says where it comes from.
    public init(_ family: MetricFamily, part: String, source: String) {
        self.init(family, part, source, isDefault: true)
    }

    private init(_ family: MetricFamily, _ collector: String, _ source: String, isDefault: Bool) {
        name = family.name
        kind = family.type.rawValue
        unit = family.unit
        labels = family.labels
        self.source = source
        self.collector = collector
        isShown = Self.setting(of: family) ?? (isDefault ? "yes" : "no")
        help = family.help
    }

    /// Of all families of this module, by name.
    public static let all = (ofCollectors + ofOthers).sorted { $0.name < $1.name }

    private static let ofCollectors = Collectors.all.flatMap { collector in
        let kind = type(of: collector)
        return kind.families.map { family in
            MetricReference(
                family, kind.name, SourceCalls.of(family, in: collector) ?? "", isDefault: kind.isDefault)
        }
    }

    private static let ofOthers = Catalogue.others.flatMap { name, families in
        families.map { MetricReference($0, part: name, source: SourceCalls.of($0, in: nil) ?? "") }
    }

    /// The key of `sampling`, or of the file, without which there are no such series.
    private static func setting(of family: MetricFamily) -> String? {
        let name = family.name
        if name.hasPrefix("libvirt_storage_volume_") { return "with volumes" }
        if name.hasPrefix("libvirt_network_dhcp_lease_") { return "with leases" }
        if name.hasPrefix("libvirt_pool_info_") { return "with compat tinkoff" }
        if name == "libvirt_domains_number" { return "with compat kumina" }
        if name == "libvirt_domain_metadata_info" { return "with metadata" }
        if name.hasPrefix("libvirt_domain_guest_"), !name.hasSuffix("_agent_up") { return "with guest_agent" }
        return nil
    }
}
