// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What the backend of each disk can take in one request: fields of the group `block`, since libvirt 11.10.
public struct BlockGeometryCollector: Collector {
    public static let name = "block_geometry"
    public static let isDefault = false

    public let needs: StatsGroups = .block

    public init() {}

    private static let requestAlignment = limit("request_alignment_bytes", "Alignment of requests, in bytes.")
    private static let discard = limit(
        "discard_max_bytes", "Most that one discard request may free, in bytes; none, or 0, where it does not matter.")
    private static let discardAlignment = limit(
        "discard_alignment_bytes", "Best alignment of discard requests, in bytes.")
    private static let writeZeroes = limit(
        "write_zeroes_max_bytes",
        "Most that one request may fill with zeroes, in bytes; none, or 0, where it does not matter.")
    private static let writeZeroesAlignment = limit(
        "write_zeroes_alignment_bytes", "Best alignment of requests that write zeroes, in bytes.")
    private static let transferOptimal = limit("transfer_optimal_bytes", "Best length of a request, in bytes.")
    private static let transfer = limit(
        "transfer_max_bytes", "Longest request, in bytes; none, or 0, where it does not matter.")
    private static let transferHardware = limit(
        "transfer_hw_max_bytes",
        "Longest request that the hardware takes, in bytes; none, or 0, where it does not matter.")
    private static let iov = limit("iov_max", "Most elements of a request's I/O vector.")
    private static let iovHardware = limit(
        "iov_hw_max", "Most elements that the hardware takes; none, or 0, where it does not matter.")
    private static let memoryAlignment = limit(
        "memory_alignment_minimal_bytes", "Alignment that buffers need in memory, in bytes.")
    private static let memoryAlignmentOptimal = limit(
        "memory_alignment_optimal_bytes", "Best alignment of buffers in memory, in bytes.")

    public static let families = [
        requestAlignment, discard, discardAlignment, writeZeroes, writeZeroesAlignment, transferOptimal, transfer,
        transferHardware, iov, iovHardware, memoryAlignment, memoryAlignmentOptimal,
    ]

    private static func limit(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily("libvirt_domain_block_stats_limit_" + name, .gauge, help, labels: ["target_device"])
    }

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        for disk in reading.stats.extra?.disks ?? [] {
            guard let limits = disk.limits else { continue }
            func add(_ family: MetricFamily, _ value: UInt64?) {
                writer.add(family, label: "target_device", disk.name, value.map { Double($0) })
            }
            add(Self.requestAlignment, limits.requestAlignment)
            add(Self.discard, limits.discardMax)
            add(Self.discardAlignment, limits.discardAlignment)
            add(Self.writeZeroes, limits.writeZeroesMax)
            add(Self.writeZeroesAlignment, limits.writeZeroesAlignment)
            add(Self.transferOptimal, limits.transferOptimal)
            add(Self.transfer, limits.transferMax)
            add(Self.transferHardware, limits.transferHardwareMax)
            add(Self.iov, limits.iovMax)
            add(Self.iovHardware, limits.iovHardwareMax)
            add(Self.memoryAlignment, limits.memoryAlignmentMinimal)
            add(Self.memoryAlignmentOptimal, limits.memoryAlignmentOptimal)
        }
    }
}
