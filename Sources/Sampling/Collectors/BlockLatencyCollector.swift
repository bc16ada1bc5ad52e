// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// How long requests of each disk took: fields of the group `block`, since libvirt 11.10 (over the last seconds) and
/// 12.1 (a histogram).
///
/// Only what the definition asks for (`<statistics>`) is there.
public struct BlockLatencyCollector: Collector {
    public static let name = "block_latency"
    private static let latency = MetricFamily(
        "libvirt_domain_block_stats_latency_seconds", .histogram,
        "Time that requests took, in seconds, since the domain began or the histogram was set anew; there is no sum.",
        labels: ["target_device", "operation", "le"])
    private static let bucket = MetricFamily("_bucket", of: latency)
    private static let count = MetricFamily("_count", of: latency)
    private static let windowLatency = MetricFamily(
        "libvirt_domain_block_stats_window_latency_seconds", .gauge,
        "Shortest, longest and average time that requests took over the last seconds, where there were any, in seconds.",
        labels: ["target_device", "operation", "window", "stat"])
    private static let windowDepth = MetricFamily(
        "libvirt_domain_block_stats_window_queue_depth", .gauge,
        "Average number of requests that waited over the last seconds.",
        labels: ["target_device", "operation", "window"])
    public static let families = [latency, windowLatency, windowDepth]

    public let needs: StatsGroups = .block

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        for disk in reading.stats.extra?.disks ?? [] {
            for histogram in disk.histograms where histogram.isWhole { add(histogram, of: disk, to: &writer) }
            for window in disk.windows { add(window, of: disk, to: &writer) }
        }
    }

    /// libvirt's bins begin at a latency and hold what took less than the next one's; a bucket holds, with all before
    /// it, what took no more than its `le`. The two differ by a nanosecond.
    private func add(_ histogram: LatencyHistogram, of disk: DiskDetails, to writer: inout SampleWriter) {
        let labels = [("target_device", disk.name), ("operation", histogram.operation.rawValue)]
        var sum = 0.0
        for (bin, next) in zip(histogram.bins, histogram.bins.dropFirst().map(\.start) + [nil]) {
            sum += Double(bin.count ?? 0)
            writer.add(Self.bucket, labels: labels + [("le", next.map(Self.bound) ?? "+Inf")], sum)
        }
        writer.add(Self.count, labels: labels, sum)
    }

    private func add(_ window: LatencyWindow, of disk: DiskDetails, to writer: inout SampleWriter) {
        guard let interval = window.interval else { return }
        func labels(_ operation: DiskOperation) -> [(String, String)] {
            [("target_device", disk.name), ("operation", operation.rawValue), ("window", "\(interval)s")]
        }
        // The hypervisor says 0 of an operation that nobody asked for.
        let idle = Set(window.latencies.filter { $0.statistic == .max && $0.nanoseconds == 0 }.map(\.operation))
        for one in window.latencies where !idle.contains(one.operation) {
            let labels = labels(one.operation) + [("stat", one.statistic.rawValue)]
            writer.add(Self.windowLatency, labels: labels, one.nanoseconds.secondsFromNanoseconds)
        }
        for one in window.queueDepths { writer.add(Self.windowDepth, labels: labels(one.operation), one.requests) }
    }

    /// Seconds as Prometheus writes them: `0.001`, `1`.
    private static func bound(_ nanoseconds: UInt64) -> String {
        let text = nanoseconds.secondsFromNanoseconds.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
