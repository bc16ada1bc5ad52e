// SPDX-License-Identifier: Apache-2.0
public import DomainXML
public import Libvirt
public import Vocabulary

/// Makes the batches of one storage pool.
public struct StoragePoolSeries: Sendable {
    private static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("libvirt_storage_" + name, .gauge, help, labels: ["storage_pool"] + labels)
    }

    private static let about = gauge(
        "pool_info", "UUID, type, path and persistence of the pool; always 1.",
        labels: ["uuid", "type", "path", "persistent"])
    private static let state = gauge(
        "pool_state", "State of the pool: 0 inactive, 1 building, 2 running, 3 degraded, 4 inaccessible.")
    private static let capacity = gauge("pool_capacity_bytes", "Size of the pool, in bytes.")
    private static let allocation = gauge("pool_allocation_bytes", "What is used of the pool, in bytes.")
    private static let available = gauge("pool_available_bytes", "What is free of the pool, in bytes.")
    private static let volumes = gauge("pool_volumes", "Volumes of the pool.")
    private static let autostart = gauge("pool_autostart", "Whether the pool is started with the host.")
    private static let refreshed = gauge(
        "pool_refresh_timestamp_seconds", "When the pool was last seen to be refreshed.")
    private static let timedOut = gauge(
        "pool_timed_out", "Whether a call about the pool has not returned in time; no other is made until it does.")
    private static let volumeCapacity = gauge(
        "volume_capacity_bytes", "Size of the volume, in bytes.", labels: ["volume"])
    private static let volumeAllocation = gauge(
        "volume_allocation_bytes", "What the volume occupies, in bytes.", labels: ["volume"])
    public static let families = [
        about, state, capacity, allocation, available, volumes, autostart, refreshed, timedOut, volumeCapacity,
        volumeAllocation,
    ]

    /// All that is known of a pool; nil is "not read" or "not reported".
    public struct Facts: Sendable {
        public var uuid: ObjectUUID
        public var reading: StoragePoolReading?
        public var description: StoragePoolDescription?
        /// Empty unless volumes are wanted.
        public var volumes: [StorageVolume] = []
        public var refreshedAt: Timestamp?
        public var isTimedOut = false

        public init(uuid: ObjectUUID) {
            self.uuid = uuid
        }
    }

    private var shape: SeriesShape

    /// `pool` is the name, of any length; `host` is the label `host`, nil when there is one connection only.
    public init(pool: String, host: String?) {
        shape = SeriesShape(fixed: [("storage_pool", pool), ("host", host)])
    }

    public mutating func batch(_ facts: Facts, at time: Timestamp) -> SeriesBatch {
        var writer = SampleWriter(shape)
        writer.add(Self.timedOut, facts.isTimedOut.gauge)
        if let reading = facts.reading { Self.add(reading, into: &writer) }
        writer.add(Self.refreshed, facts.refreshedAt?.seconds)
        let uuid = DomainUUID(high: facts.uuid.high, low: facts.uuid.low)
        writer.add(
            info: Self.about,
            labels: [
                ("uuid", uuid.description), ("type", facts.description?.kind ?? ""),
                ("path", facts.description?.targetPath ?? ""),
                ("persistent", facts.reading?.isPersistent.map { "\($0)" } ?? ""),
            ])
        for volume in facts.volumes {
            writer.add(Self.volumeCapacity, label: "volume", volume.name, Double(volume.capacity))
            writer.add(Self.volumeAllocation, label: "volume", volume.name, Double(volume.allocation))
        }
        return writer.finish(&shape, at: time)
    }

    private static func add(_ reading: StoragePoolReading, into writer: inout SampleWriter) {
        writer.add(state, reading.state.map { Double($0) })
        writer.add(capacity, reading.capacity.map { Double($0) })
        writer.add(allocation, reading.allocation.map { Double($0) })
        writer.add(available, reading.available.map { Double($0) })
        writer.add(volumes, reading.volumeCount.map { Double($0) })
        writer.add(autostart, reading.hasAutostart?.gauge)
    }
}
