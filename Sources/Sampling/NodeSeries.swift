// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Makes the batches that say how the host itself stands: processors and memory, as libvirt counts them.
public struct NodeSeries: Sendable {
    private static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("libvirt_node_" + name, .gauge, help, labels: labels)
    }

    private static let about = gauge("info", "Model of the host's CPU; always 1.", labels: ["model"])
    private static let cpus = gauge("cpus", "CPUs of the host that are online.")
    private static let cells = gauge("numa_cells", "NUMA cells of the host.")
    private static let sockets = gauge("sockets", "CPU sockets in each NUMA cell.")
    private static let cores = gauge("cores", "Cores in each socket.")
    private static let threads = gauge("threads", "Threads in each core.")
    private static let cpuTime = MetricFamily(
        "libvirt_node_cpu_seconds_total", .counter, "What the host's CPUs did, in seconds, by libvirt's word for it.",
        labels: ["mode"])
    /// By libvirt's word for each.
    private static let memory = [
        "total": gauge("memory_total_bytes", "Memory of the host, in bytes."),
        "free": gauge("memory_free_bytes", "Memory of the host that is free, in bytes."),
        "buffers": gauge("memory_buffers_bytes", "Memory of the host in buffers, in bytes."),
        "cached": gauge("memory_cached_bytes", "Memory of the host in caches, in bytes."),
        "available": gauge("memory_available_bytes", "Memory of the host that programs could get, in bytes."),
    ]

    public static let families =
        [about, cpus, cells, sockets, cores, threads, cpuTime] + memory.values.sorted { $0.name < $1.name }

    private var series: OwnSeries

    /// `host` is the label `host`, nil when there is one connection only.
    public init(host: String?) {
        series = OwnSeries(host: host)
    }

    /// What was not read is nil, or empty, and yields no sample. CPU times are nanoseconds, memory is KiB.
    public mutating func batch(
        info: NodeInfo?, cpu: [NodeStat], memory: [NodeStat], at time: Timestamp
    ) -> SeriesBatch {
        var rows: [(MetricFamily, [(String, String)], Double)] = []
        if let info {
            rows = [
                (Self.about, [("model", info.model)], 1), (Self.cpus, [], Double(info.cpus)),
                (Self.cells, [], Double(info.numaCells)), (Self.sockets, [], Double(info.socketsPerCell)),
                (Self.cores, [], Double(info.coresPerSocket)), (Self.threads, [], Double(info.threadsPerCore)),
            ]
        }
        // Some drivers give a percentage instead, which is no time.
        for stat in cpu where stat.name != "utilization" {
            rows.append((Self.cpuTime, [("mode", stat.name)], stat.value.secondsFromNanoseconds))
        }
        for stat in memory {
            if let family = Self.memory[stat.name] { rows.append((family, [], stat.value.bytesFromKiB)) }
        }
        return series.batch(rows, at: time)
    }
}
