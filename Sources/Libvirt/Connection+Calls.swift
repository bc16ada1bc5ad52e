// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The call-by-call way to the same figures, for drivers whose bulk call has nothing.
extension Connection {
    /// Fills what is nil in `stats` of an active domain. Calls named in `refused` (C function names) are not made; one
    /// that the driver answers with "not supported" is in the set that comes back. Any other failure leaves nil.
    public func statisticsByCalls(
        of stats: DomainStats, interfaces: [String], disks: [String], refused: Set<String>
    ) -> (stats: DomainStats, refused: Set<String>) {
        var calls = StatsCalls(stats: stats, refused: refused)
        // Silence is right: a domain that vanished, or a connection that closed, has nothing to add.
        guard let pointer = try? handle(), let domain = try? DomainHandle(stats.uuid, on: pointer) else {
            return (stats, refused)
        }
        calls.info(domain)
        calls.vcpus(domain)
        calls.memory(domain)
        if stats.interfaces.isEmpty { calls.interfaces(domain, interfaces) }
        if stats.disks.isEmpty { calls.disks(domain, disks) }
        return (calls.stats, calls.refused)
    }
}

/// Makes each call unless the driver has refused it before.
private struct StatsCalls {
    var stats: DomainStats
    var refused: Set<String>

    private mutating func works(_ call: String, _ body: () -> Int32) -> Int32? {
        guard !refused.contains(call) else { return nil }
        let result = body()
        guard result < 0 else { return result }
        if VirError.last(call).code == .noSupport { refused.insert(call) }
        return nil
    }

    mutating func info(_ domain: borrowing DomainHandle) {
        var info = virDomainInfo()
        let pointer = domain.pointer
        guard works("virDomainGetInfo", { virDomainGetInfo(pointer, &info) }) != nil else { return }
        stats.take(info)
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
        let fields: [WritableKeyPath<BalloonStats, UInt64?>] = [
            \.swapIn, \.swapOut, \.majorFault, \.minorFault, \.unused, \.available, \.current, \.rss, \.usable,
            \.lastUpdate, \.diskCaches, \.hugetlbPgalloc, \.hugetlbPgfail,
        ]
        for one in found.prefix(Int(filled)) where fields.indices.contains(Int(one.tag)) {
            balloon[keyPath: fields[Int(one.tag)]] = one.val
        }
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
            var found = virDomainBlockStatsStruct()
            let size = MemoryLayout<virDomainBlockStatsStruct>.size
            let counted = works("virDomainBlockStats") { virDomainBlockStats(pointer, name, &found, size) }
            if counted != nil {
                one.readRequests = UInt64(exactly: found.rd_req)
                one.readBytes = UInt64(exactly: found.rd_bytes)
                one.writeRequests = UInt64(exactly: found.wr_req)
                one.writeBytes = UInt64(exactly: found.wr_bytes)
            }
            var sizes = virDomainBlockInfo()
            if works("virDomainGetBlockInfo", { virDomainGetBlockInfo(pointer, name, &sizes, 0) }) != nil {
                one.capacity = sizes.capacity
                one.allocation = sizes.allocation
                one.physical = sizes.physical
            }
            if one != DiskStats(name: name) { stats.disks.append(one) }
        }
    }
}
