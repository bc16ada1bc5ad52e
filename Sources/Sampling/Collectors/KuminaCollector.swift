// SPDX-License-Identifier: Apache-2.0
import DomainXML
public import Libvirt
public import Vocabulary

/// The series of kumina's exporter, which is Debian's: the names are ours, with the domain's UUID and the device's source
/// as labels. It takes the place of the collectors whose series it has, since a sum would count both. A domain that is
/// shut off has none of them.
public struct KuminaCollector: Collector {
    public static let name = "kumina"
    public static let isDefault = false
    public static let replaces: Set<String> = [InformationCollector.name, BlockCollector.name, InterfaceCollector.name]

    private static func time(_ word: String) -> MetricFamily {
        MetricFamily(
            "libvirt_domain_block_stats_\(word)_seconds_total", .counter, "Time spent on \(word)s, in seconds.",
            labels: ["target_device", "uuid", "source_file", "name", "flavor", "project_name"])
    }

    private static let read = time("read")
    private static let write = time("write")
    private static let flush = time("flush")
    public static let families = [read, write, flush]

    public let needs: StatsGroups = [.state, .cpuTotal, .balloon, .vcpu, .block, .interface]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        // Its exporter lists active domains only.
        guard reading.stats.status?.state != .shutoff else { return }
        let description = reading.description
        let domain = Self.labels(of: reading)
        writer.extending(with: { _ in domain }) { writer in
            InformationCollector().collect(reading, into: &writer)
        }
        let sources = Self.table(description?.disks.map { ($0.target, $0.file) })
        writer.extending(with: { domain + [Label("source_file", sources[$0] ?? "")] }) { writer in
            BlockCollector().collect(reading, into: &writer)
            for disk in reading.stats.disks where !disk.name.isEmpty {
                let device = ("target_device", disk.name)
                writer.add(Self.read, label: device.0, device.1, disk.readTimes?.secondsFromNanoseconds)
                writer.add(Self.write, label: device.0, device.1, disk.writeTimes?.secondsFromNanoseconds)
                writer.add(Self.flush, label: device.0, device.1, disk.flushTimes?.secondsFromNanoseconds)
            }
        }
        let bridges = Self.table(description?.interfaces.map { ($0.target, $0.bridge) })
        writer.extending(with: { domain + [Label("source_bridge", bridges[$0] ?? "")] }) { writer in
            InterfaceCollector().collect(reading, into: &writer)
        }
    }

    /// `uuid`, and for OpenStack's instances what the exporter's flag adds.
    static func labels(of reading: DomainReading) -> [Label] {
        let uuid = DomainUUID(high: reading.stats.uuid.high, low: reading.stats.uuid.low)
        var labels = [Label("uuid", uuid.description)]
        if let instance = reading.description?.openStack {
            labels += [
                Label("name", instance.instanceName ?? ""), Label("flavor", instance.flavor ?? ""),
                Label("project_name", instance.projectName ?? ""),
            ]
        }
        return labels
    }

    private static func table(_ pairs: [(String?, String?)]?) -> [String: String] {
        var table: [String: String] = [:]
        for case (let target?, let source?) in pairs ?? [] { table[target] = source }
        return table
    }
}
