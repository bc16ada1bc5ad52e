// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What each disk may do at most, under the names of Tinkoff's exporter, which shows 0 where there is no limit; for a time
/// of moving over. Most of its names leave out that the value is by the second.
public struct TinkoffLimitCollector: Collector {
    public static let name = "tinkoff_limit"
    public static let isDefault = false

    /// The limits of one kind, by whose requests are meant.
    private struct Row: Sendable {
        let limits: @Sendable (BlockLimits) -> [BlockLimits.Direction: UInt64]
        let families: [BlockLimits.Direction: MetricFamily]

        /// `name` and `help` have a `*` where the direction stands.
        init(
            _ name: String, _ help: String,
            _ limits: @escaping @Sendable (BlockLimits) -> [BlockLimits.Direction: UInt64]
        ) {
            self.limits = limits
            let all = BlockLimits.Direction.allCases.map { direction in
                let parts = name.split(separator: "*", omittingEmptySubsequences: false)
                let words = help.split(separator: "*", omittingEmptySubsequences: false)
                return (
                    direction,
                    MetricFamily(
                        "libvirt_domain_block_stats_limit_" + parts.joined(separator: direction.rawValue), .gauge,
                        words.joined(separator: TinkoffLimitCollector.words[direction] ?? "") + "; 0 for no limit.",
                        labels: ["target_device"])
                )
            }
            families = Dictionary(uniqueKeysWithValues: all)
        }
    }

    private static let words: [BlockLimits.Direction: String] = [
        .total: "pass", .read: "be read", .write: "be written",
    ]
    private static let rows = [
        Row("*_bytes", "Bytes that may *, each second") { $0.bytes },
        Row("*_requests", "Requests that may *, each second") { $0.requests },
        Row("burst_*_bytes", "Bytes that may * in a burst, each second") { $0.burstBytes },
        Row("burst_*_requests", "Requests that may * in a burst, each second") { $0.burstRequests },
        Row("burst_*_bytes_length_seconds", "How long so many bytes may *, in seconds") { $0.burstBytesLength },
        Row("burst_length_*_requests_seconds", "How long so many requests may *, in seconds") {
            $0.burstRequestsLength
        },
    ]
    private static let requestSize = MetricFamily(
        "libvirt_domain_block_stats_size_iops_bytes", .gauge,
        "Bytes that count as one request of the disk; 0 when each request counts as one.", labels: ["target_device"])
    public static let families =
        rows.flatMap { row in BlockLimits.Direction.allCases.compactMap { row.families[$0] } } + [requestSize]

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.blockLimits]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let limits = reading.details?.blockLimits else { return }
        for (disk, limit) in limits.sorted(by: { $0.key < $1.key }) {
            for row in Self.rows {
                let found = row.limits(limit)
                for direction in BlockLimits.Direction.allCases {
                    guard let family = row.families[direction] else { continue }
                    writer.add(family, label: "target_device", disk, Double(found[direction] ?? 0))
                }
            }
            writer.add(Self.requestSize, label: "target_device", disk, Double(limit.requestSize ?? 0))
        }
    }
}
