// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Makes the batches of one storage pool under the names of Tinkoff's exporter; for a time of moving over.
public struct TinkoffPoolSeries: Sendable {
    private static func gauge(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily("libvirt_pool_info_" + name, .gauge, help, labels: ["pool"])
    }

    private static let capacity = gauge("capacity_bytes", "Size of the pool, in bytes.")
    private static let allocation = gauge("allocation_bytes", "What is used of the pool, in bytes.")
    private static let available = gauge("available_bytes", "What is free of the pool, in bytes.")
    public static let families = [capacity, allocation, available]

    private var shape: SeriesShape

    /// `pool` is the name, of any length; `host` is the label `host`, nil when there is one connection only.
    public init(pool: String, host: String?) {
        shape = SeriesShape(fixed: [("pool", pool), ("host", host)])
    }

    public mutating func batch(_ reading: StoragePoolReading?, at time: Timestamp) -> SeriesBatch {
        var writer = SampleWriter(shape)
        if let reading, reading.isRunning {
            writer.add(Self.capacity, reading.capacity.map { Double($0) })
            writer.add(Self.allocation, reading.allocation.map { Double($0) })
            writer.add(Self.available, reading.available.map { Double($0) })
        }
        return writer.finish(&shape, at: time)
    }
}
