// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What each interface may carry: `virDomainGetInterfaceParameters`. An interface without a limit has no series.
public struct InterfaceLimitCollector: Collector {
    public static let name = "interface_limit"
    public static let isDefault = false
    private static let rate = MetricFamily(
        "libvirt_domain_interface_limit_bytes_per_second", .gauge,
        "Bytes that the interface may carry each second, on average or at the peak, or is sure to get (floor).",
        labels: ["target_device", "direction", "limit"])
    private static let burst = MetricFamily(
        "libvirt_domain_interface_limit_burst_bytes", .gauge, "Bytes that may pass at the peak rate.",
        labels: ["target_device", "direction"])
    public static let families = [rate, burst]

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.interfaceLimits]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let limits = reading.details?.interfaceLimits else { return }
        for (interface, limit) in limits.sorted(by: { $0.key < $1.key }) {
            for direction in InterfaceLimits.Direction.allCases {
                let labels = [("target_device", interface), ("direction", direction.rawValue)]
                for (word, value) in (limit.rates[direction] ?? [:]).sorted(by: { $0.key < $1.key }) {
                    writer.add(Self.rate, labels: labels + [("limit", word)], value.bytesFromKilobytes)
                }
                if let value = limit.burst[direction] {
                    writer.add(Self.burst, labels: labels, value.bytesFromKiB)
                }
            }
        }
    }
}
