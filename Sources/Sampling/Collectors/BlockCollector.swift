// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Traffic and size of each disk of each domain: the group `block` of the bulk statistics.
public struct BlockCollector: Collector {
    public static let name = "block"

    public let needs: StatsGroups = .block

    public init() {}

    private static let readBytes = count("read_bytes_total", "Bytes that the domain read.")
    private static let readRequests = count("read_requests_total", "Read requests of the domain.")
    private static let readTime = count("read_time_seconds_total", "Time spent on reads, in seconds.")
    private static let writeBytes = count("write_bytes_total", "Bytes that the domain wrote.")
    private static let writeRequests = count("write_requests_total", "Write requests of the domain.")
    private static let writeTime = count("write_time_seconds_total", "Time spent on writes, in seconds.")
    private static let flushRequests = count("flush_requests_total", "Flush requests of the domain.")
    private static let flushTime = count("flush_time_seconds_total", "Time spent on flushes, in seconds.")
    private static let capacity = size("capacity_bytes", "Size of the disk as the guest sees it, in bytes.")
    private static let allocation = size(
        "allocation_bytes", "Highest offset that was written, in bytes from the disk image's start.")
    private static let physical = size("physical_bytes", "Size of the image file or device on the host, in bytes.")
    private static let threshold = size(
        "threshold_bytes", "Offset at which libvirt reports a write threshold event, in bytes.")
    private static let errors = count("errors_total", "Failed requests of the domain; Xen alone tells.")

    public static let families = [
        readBytes, readRequests, readTime, writeBytes, writeRequests, writeTime, flushRequests, flushTime, capacity,
        allocation, physical, threshold, errors,
    ]

    private static func count(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily("libvirt_domain_block_stats_" + name, .counter, help, labels: ["target_device"])
    }

    private static func size(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily("libvirt_domain_block_stats_" + name, .gauge, help, labels: ["target_device"])
    }

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        for disk in reading.stats.disks where !disk.name.isEmpty {
            func add(_ family: MetricFamily, _ value: Double?) {
                writer.add(family, label: "target_device", disk.name, value)
            }
            add(Self.readBytes, disk.readBytes.map { Double($0) })
            add(Self.readRequests, disk.readRequests.map { Double($0) })
            add(Self.readTime, disk.readTimes?.secondsFromNanoseconds)
            add(Self.writeBytes, disk.writeBytes.map { Double($0) })
            add(Self.writeRequests, disk.writeRequests.map { Double($0) })
            add(Self.writeTime, disk.writeTimes?.secondsFromNanoseconds)
            add(Self.flushRequests, disk.flushRequests.map { Double($0) })
            add(Self.flushTime, disk.flushTimes?.secondsFromNanoseconds)
            add(Self.capacity, disk.capacity.map { Double($0) })
            add(Self.allocation, disk.allocation.map { Double($0) })
            add(Self.physical, disk.physical.map { Double($0) })
            add(Self.threshold, disk.threshold.map { Double($0) })
            add(Self.errors, disk.errors.map { Double($0) })
        }
    }
}
