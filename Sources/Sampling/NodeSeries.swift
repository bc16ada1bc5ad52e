// SPDX-License-Identifier: Apache-2.0
public import DomainXML
public import Libvirt
public import Vocabulary

/// What one call told of the host.
public enum NodeReading: Sendable {
    case info(NodeInfo)
    /// Nanoseconds.
    case cpu([NodeStat])
    /// KiB.
    case memory([NodeStat])
    case topology(HostTopology)
    case freePages([NodePages])
    case cellMemory([NodeCellMemory])
    case sharedPages(NodeSharedPages)
}

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

    private static let cellTotal = gauge(
        "cell_memory_total_bytes", "Memory of the NUMA cell, in bytes.", labels: ["cell"])
    private static let cellFree = gauge(
        "cell_memory_free_bytes", "Memory of the NUMA cell that is free, in bytes.", labels: ["cell"])
    private static let pages = gauge(
        "pages", "Pages of this size, in bytes, that the NUMA cell has; read every ten minutes.",
        labels: ["cell", "page_size"])
    private static let freePages = gauge(
        "free_pages", "Pages of this size, in bytes, that the NUMA cell has free.", labels: ["cell", "page_size"])
    private static let sharedPages = gauge(
        "ksm_pages",
        "Pages that KSM keeps once for many (shared), that it saves so (sharing), and that it could not share.",
        labels: ["state"])
    private static let fullScans = MetricFamily(
        "libvirt_node_ksm_full_scans_total", .counter, "How often KSM has gone through all memory it may share.")

    public static let families =
        [about, cpus, cells, sockets, cores, threads, cpuTime] + memory.values.sorted { $0.name < $1.name }
        + [cellTotal, cellFree, pages, freePages, sharedPages, fullScans]

    private typealias Row = (MetricFamily, [(String, String)], Double)

    private var series: OwnSeries

    /// `host` is the label `host`, nil when there is one connection only.
    public init(host: String?) {
        series = OwnSeries(host: host)
    }

    public mutating func batch(_ reading: NodeReading, at time: Timestamp) -> SeriesBatch {
        series.batch(Self.rows(reading), at: time)
    }

    private static func rows(_ reading: NodeReading) -> [Row] {
        switch reading {
        case .info(let info): rows(info)
        case .cpu(let stats):
            // Some drivers give a percentage instead, which is no time.
            stats.filter { $0.name != "utilization" }.map {
                (cpuTime, [("mode", $0.name)], $0.value.secondsFromNanoseconds)
            }
        case .memory(let stats):
            stats.compactMap { stat in memory[stat.name].map { ($0, [], stat.value.bytesFromKiB) } }
        case .topology(let topology): topology.cells.flatMap { rows($0) }
        case .freePages(let found):
            found.map { (freePages, labels(cell: $0.cell, pageSize: $0.size), Double($0.count)) }
        case .cellMemory(let found): found.map { (cellFree, [("cell", "\($0.cell)")], Double($0.free)) }
        case .sharedPages(let found): rows(found)
        }
    }

    private static func rows(_ info: NodeInfo) -> [Row] {
        [
            (about, [("model", info.model)], 1), (cpus, [], Double(info.cpus)), (cells, [], Double(info.numaCells)),
            (sockets, [], Double(info.socketsPerCell)), (cores, [], Double(info.coresPerSocket)),
            (threads, [], Double(info.threadsPerCore)),
        ]
    }

    private static func rows(_ cell: HostTopology.Cell) -> [Row] {
        let total: [Row] = cell.memory.map { [(cellTotal, [("cell", "\(cell.number)")], $0.bytesFromKiB)] } ?? []
        return total
            + cell.pages.sorted { $0.key < $1.key }.map { size, count in
                (pages, labels(cell: cell.number, pageSize: size), Double(count))
            }
    }

    private static func rows(_ found: NodeSharedPages) -> [Row] {
        found.pages.sorted { $0.key < $1.key }.map { state, count in (sharedPages, [("state", state)], Double(count)) }
            + (found.fullScans.map { [(fullScans, [], Double($0))] } ?? [])
    }

    private static func labels(cell: Int32, pageSize: UInt32) -> [(String, String)] {
        [("cell", "\(cell)"), ("page_size", "\(UInt64(pageSize) * 1024)")]
    }
}
