// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The call-by-call way to the same figures, for drivers whose bulk call has nothing.
extension Connection {
    /// Fills what is nil in `stats` of an active domain. Calls named in `refused` (C function names) are not made; one
    /// that the driver answers with "not supported" is in the set that comes back. Any other failure leaves nil.
    public func statisticsByCalls(
        of stats: DomainStats, interfaces: [String], disks: [String], refused: Set<String>
    ) -> (stats: DomainStats, refused: Set<String>, answered: Set<String>) {
        var calls = StatsCalls(stats: stats, refused: refused)
        // Silence is right: a domain that vanished, or a connection that closed, has nothing to add.
        guard let pointer = try? handle(), let domain = try? kept.handle(stats.uuid, on: pointer) else {
            return (stats, refused, [])
        }
        calls.info(domain.handle)
        guard !calls.isGone else {
            kept.drop(stats.uuid)
            return (stats, refused, [])
        }
        if cpuCount == nil { cpuCount = calls.processorCount(domain.handle) }
        calls.processor(domain.handle, cpuCount ?? 0)
        calls.vcpus(domain.handle)
        calls.memory(domain.handle)
        if stats.interfaces.isEmpty { calls.interfaces(domain.handle, interfaces) }
        if stats.disks.isEmpty { calls.disks(domain.handle, disks) }
        // libvirt_lxc gives what memory and swap hold together as "swapped in": no count, and it falls.
        if virConnectGetType(pointer).map({ String(cString: $0) }) == "LXC" { calls.stats.balloon?.swapIn = nil }
        return (calls.stats, calls.refused, calls.answered)
    }
}

/// Makes each call unless the driver has refused it before.
private struct StatsCalls {
    var stats: DomainStats
    var refused: Set<String>
    var answered: Set<String> = []
    /// Whether a call said that there is no such domain.
    private(set) var isGone = false

    init(stats: DomainStats, refused: Set<String>) {
        self.stats = stats
        self.refused = refused
    }

    private mutating func works(_ call: String, _ body: () -> Int32) -> Int32? {
        guard !refused.contains(call) else { return nil }
        let result = body()
        guard result < 0 else {
            answered.insert(call)
            return result
        }
        switch VirError.last(call).code {
        case .noSupport: refused.insert(call)
        case .noDomain: isGone = true
        default: break
        }
        return nil
    }

    mutating func info(_ domain: borrowing DomainHandle) {
        var info = virDomainInfo()
        let pointer = domain.pointer
        guard works("virDomainGetInfo", { virDomainGetInfo(pointer, &info) }) != nil else { return }
        stats.take(info)
    }

    /// How many figures the next has; libxl wants to be asked for exactly so many.
    mutating func processorCount(_ domain: borrowing DomainHandle) -> Int32? {
        let pointer = domain.pointer
        return works("virDomainGetCPUStats") { virDomainGetCPUStats(pointer, nil, 0, -1, 1, 0) }
    }

    /// User and system time. A single figure is but the sum, which `virDomainGetInfo` has given.
    mutating func processor(_ domain: borrowing DomainHandle, _ count: Int32) {
        guard count > 1, count < 256 else { return }
        var found = [virTypedParameter](repeating: virTypedParameter(), count: Int(count))
        let pointer = domain.pointer
        let filled = works("virDomainGetCPUStats") {
            virDomainGetCPUStats(pointer, &found, UInt32(found.count), -1, 1, 0)
        }
        guard let filled else { return }
        var cpu = stats.cpu ?? CPUStats()
        let figures = TypedFigures(found.prefix(Int(filled)))
        cpu.time = cpu.time ?? figures["cpu_time"]
        cpu.user = cpu.user ?? figures["user_time"]
        cpu.system = cpu.system ?? figures["system_time"]
        stats.cpu = cpu
    }

    mutating func vcpus(_ domain: borrowing DomainHandle) {
        guard stats.vcpus.isEmpty, let count = stats.vcpuCurrent, count > 0, count <= 4096 else { return }
        var found = [virVcpuInfo](repeating: virVcpuInfo(), count: Int(count))
        let pointer = domain.pointer
        let filled = works("virDomainGetVcpus") { virDomainGetVcpus(pointer, &found, Int32(count), nil, 0) }
        guard let filled else { return }
        stats.vcpus = found.prefix(Int(filled)).map { info in
            var vcpu = VCPUStats(index: Int(info.number))
            vcpu.state = info.state
            vcpu.time = info.cpuTime
            return vcpu
        }
    }

    mutating func memory(_ domain: borrowing DomainHandle) {
        let capacity = Int(VIR_DOMAIN_MEMORY_STAT_NR.rawValue)
        var found = [virDomainMemoryStatStruct](repeating: virDomainMemoryStatStruct(), count: capacity)
        let pointer = domain.pointer
        let filled = works("virDomainMemoryStats") {
            virDomainMemoryStats(pointer, &found, UInt32(capacity), 0)
        }
        guard let filled, filled > 0 else { return }
        var balloon = stats.balloon ?? BalloonStats()
        // What virDomainGetInfo says the domain has now stands: in a container the balloon's figure is its limit.
        let current = balloon.current
        let fields: [WritableKeyPath<BalloonStats, UInt64?>] = [
            \.swapIn, \.swapOut, \.majorFault, \.minorFault, \.unused, \.available, \.current, \.rss, \.usable,
            \.lastUpdate, \.diskCaches, \.hugetlbPgalloc, \.hugetlbPgfail,
        ]
        for one in found.prefix(Int(filled)) where fields.indices.contains(Int(one.tag)) {
            balloon[keyPath: fields[Int(one.tag)]] = one.val
        }
        balloon.current = current ?? balloon.current
        stats.balloon = balloon
    }

    mutating func interfaces(_ domain: borrowing DomainHandle, _ names: [String]) {
        let pointer = domain.pointer
        for name in names {
            var found = virDomainInterfaceStatsStruct()
            let size = MemoryLayout<virDomainInterfaceStatsStruct>.size
            guard works("virDomainInterfaceStats", { virDomainInterfaceStats(pointer, name, &found, size) }) != nil
            else { continue }
            // -1 says that the driver does not count this one.
            var one = InterfaceStats(name: name)
            one.receiveBytes = UInt64(exactly: found.rx_bytes)
            one.receivePackets = UInt64(exactly: found.rx_packets)
            one.receiveErrors = UInt64(exactly: found.rx_errs)
            one.receiveDrops = UInt64(exactly: found.rx_drop)
            one.transmitBytes = UInt64(exactly: found.tx_bytes)
            one.transmitPackets = UInt64(exactly: found.tx_packets)
            one.transmitErrors = UInt64(exactly: found.tx_errs)
            one.transmitDrops = UInt64(exactly: found.tx_drop)
            stats.interfaces.append(one)
        }
    }

    mutating func disks(_ domain: borrowing DomainHandle, _ names: [String]) {
        let pointer = domain.pointer
        for name in names {
            var one = DiskStats(name: name)
            if !traffic(of: &one, domain) { plainTraffic(of: &one, domain) }
            var sizes = virDomainBlockInfo()
            if works("virDomainGetBlockInfo", { virDomainGetBlockInfo(pointer, name, &sizes, 0) }) != nil {
                one.capacity = sizes.capacity
                one.allocation = sizes.allocation
                one.physical = sizes.physical
            }
            if one != DiskStats(name: name) { stats.disks.append(one) }
        }
    }

    /// Requests, bytes, flushes and times, as far as the driver counts them; false when it gives none.
    private mutating func traffic(of disk: inout DiskStats, _ domain: borrowing DomainHandle) -> Bool {
        var found = [virTypedParameter](repeating: virTypedParameter(), count: 16)
        var count = Int32(found.count)
        let (pointer, name) = (domain.pointer, disk.name)
        let result = works("virDomainBlockStatsFlags") {
            virDomainBlockStatsFlags(pointer, name, &found, &count, 0)
        }
        guard result != nil, count > 0 else { return false }
        let figures = TypedFigures(found.prefix(Int(count)))
        disk.readRequests = figures["rd_operations"]
        disk.readBytes = figures["rd_bytes"]
        disk.readTimes = figures["rd_total_times"]
        disk.writeRequests = figures["wr_operations"]
        disk.writeBytes = figures["wr_bytes"]
        disk.writeTimes = figures["wr_total_times"]
        disk.flushRequests = figures["flush_operations"]
        disk.flushTimes = figures["flush_total_times"]
        return true
    }

    private mutating func plainTraffic(of disk: inout DiskStats, _ domain: borrowing DomainHandle) {
        var found = virDomainBlockStatsStruct()
        let size = MemoryLayout<virDomainBlockStatsStruct>.size
        let (pointer, name) = (domain.pointer, disk.name)
        guard works("virDomainBlockStats", { virDomainBlockStats(pointer, name, &found, size) }) != nil else { return }
        disk.readRequests = UInt64(exactly: found.rd_req)
        disk.readBytes = UInt64(exactly: found.rd_bytes)
        disk.writeRequests = UInt64(exactly: found.wr_req)
        disk.writeBytes = UInt64(exactly: found.wr_bytes)
    }
}
