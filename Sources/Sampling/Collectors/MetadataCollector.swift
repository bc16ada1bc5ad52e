// SPDX-License-Identifier: Apache-2.0
import DomainXML
public import Libvirt
public import Vocabulary

/// What the settings' paths find in the domain's metadata, as labels of one series.
public struct MetadataCollector: Collector {
    public static let name = "metadata"
    private static let about = MetricFamily(
        "libvirt_domain_metadata_info", .gauge, "Labels from the domain's metadata, as configured; always 1.")
    public static let families = [about]

    public let needs: StatsGroups = []

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let texts = reading.description?.metadata, !texts.isEmpty else { return }
        writer.add(info: Self.about, labels: texts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
}
