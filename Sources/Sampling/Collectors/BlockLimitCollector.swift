// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What each disk may do at most: `virDomainGetBlockIoTune`. A disk without a limit has no series.
public struct BlockLimitCollector: Collector {
    public static let name = "block_limit"
    public static let isDefault = false
    private static let bytes = MetricFamily(
        "libvirt_domain_block_limit_bytes_per_second", .gauge, "Bytes that the disk may transfer, each second.",
        labels: ["target_device", "direction", "burst"])
    private static let requests = MetricFamily(
        "libvirt_domain_block_limit_requests_per_second", .gauge, "Requests that the disk may make, each second.",
        labels: ["target_device", "direction", "burst"])
    public static let families = [bytes, requests]

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.blockLimits]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let limits = reading.details?.blockLimits else { return }
        for (disk, limit) in limits.sorted(by: { $0.key < $1.key }) {
            for direction in BlockLimits.Direction.allCases {
                func add(_ family: MetricFamily, _ values: [BlockLimits.Direction: UInt64], burst: Bool) {
                    guard let value = values[direction] else { return }
                    let labels = [
                        ("target_device", disk), ("direction", direction.rawValue), ("burst", String(burst)),
                    ]
                    writer.add(family, labels: labels, Double(value))
                }
                add(Self.bytes, limit.bytes, burst: false)
                add(Self.bytes, limit.burstBytes, burst: true)
                add(Self.requests, limit.requests, burst: false)
                add(Self.requests, limit.burstRequests, burst: true)
            }
        }
    }
}
