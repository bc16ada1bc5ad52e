// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The host itself, as libvirt sees it. No call here reaches a monitor.
extension Connection {
    /// `virNodeGetInfo`.
    public func node() throws(VirError) -> NodeInfo {
        let pointer = try handle()
        var info = virNodeInfo()
        try checked("virNodeGetInfo", virNodeGetInfo(pointer, &info))
        let model = withUnsafeBytes(of: info.model) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return NodeInfo(
            model: model, cpus: info.cpus, numaCells: info.nodes, socketsPerCell: info.sockets,
            coresPerSocket: info.cores, threadsPerCore: info.threads)
    }

    /// Nanoseconds since the host's start, by what all its CPUs did: `user`, `kernel`, `idle`, `iowait` …
    /// (`virNodeGetCPUStats`).
    public func nodeCPU() throws(VirError) -> [NodeStat] {
        let pointer = try handle()
        let all = VIR_NODE_CPU_STATS_ALL_CPUS.rawValue
        var count = nodeCPUCount
        if count == 0 {
            try checked("virNodeGetCPUStats", virNodeGetCPUStats(pointer, all, nil, &count, 0))
            nodeCPUCount = count
        }
        guard count > 0, count < 256 else { return [] }
        var found = [virNodeCPUStats](repeating: virNodeCPUStats(), count: Int(count))
        try checked("virNodeGetCPUStats", virNodeGetCPUStats(pointer, all, &found, &count, 0))
        return found.prefix(Int(count)).map { NodeStat(field: $0.field, value: $0.value) }
    }

    /// KiB of the host's memory: `total`, `free`, `buffers`, `cached` (`virNodeGetMemoryStats`).
    public func nodeMemory() throws(VirError) -> [NodeStat] {
        let pointer = try handle()
        let all = VIR_NODE_MEMORY_STATS_ALL_CELLS.rawValue
        var count = nodeMemoryCount
        if count == 0 {
            try checked("virNodeGetMemoryStats", virNodeGetMemoryStats(pointer, all, nil, &count, 0))
            nodeMemoryCount = count
        }
        guard count > 0, count < 256 else { return [] }
        var found = [virNodeMemoryStats](repeating: virNodeMemoryStats(), count: Int(count))
        try checked("virNodeGetMemoryStats", virNodeGetMemoryStats(pointer, all, &found, &count, 0))
        return found.prefix(Int(count)).map { NodeStat(field: $0.field, value: $0.value) }
    }
}

/// What `virNodeGetInfo` says of the host's processors.
public struct NodeInfo: Hashable, Sendable {
    /// The CPU's model or architecture.
    public let model: String
    /// CPUs that are online.
    public let cpus: UInt32
    public let numaCells: UInt32
    public let socketsPerCell: UInt32
    public let coresPerSocket: UInt32
    public let threadsPerCore: UInt32

    public init(
        model: String, cpus: UInt32, numaCells: UInt32, socketsPerCell: UInt32, coresPerSocket: UInt32,
        threadsPerCore: UInt32
    ) {
        self.model = model
        self.cpus = cpus
        self.numaCells = numaCells
        self.socketsPerCell = socketsPerCell
        self.coresPerSocket = coresPerSocket
        self.threadsPerCore = threadsPerCore
    }
}

/// One named figure of the host.
public struct NodeStat: Hashable, Sendable {
    public let name: String
    public let value: UInt64

    public init(name: String, value: UInt64) {
        self.name = name
        self.value = value
    }

    /// `field` is libvirt's array of characters, ended by NUL.
    fileprivate init<Field>(field: Field, value: UInt64) {
        self.init(
            name: withUnsafeBytes(of: field) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) },
            value: value)
    }
}
