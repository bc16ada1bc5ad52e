// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc
import Synchronization

extension Connection {
    /// Statistics of all domains in one call (`virConnectGetAllDomainStats`). With `noWait`, a domain whose job is held
    /// by another call comes with fewer fields; the call that first meets a hung monitor still waits.
    ///
    /// Statistics under names of the hypervisor's own are kept when the group `vm` is asked for, those of vCPUs too.
    public func statistics(_ groups: StatsGroups, noWait: Bool) throws(VirError) -> [DomainStats] {
        let pointer = try handle()
        var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
        let count = try checked(
            "virConnectGetAllDomainStats",
            virConnectGetAllDomainStats(pointer, groups.rawValue, &records, Connection.flags(noWait)))
        defer { virDomainStatsRecordListFree(records) }
        return decode(records, Int(count), groups)
    }

    /// Statistics of some domains in one call (`virDomainListGetStats`); those that are gone are left out.
    public func statistics(_ groups: StatsGroups, of uuids: [ObjectUUID], noWait: Bool) throws(VirError)
        -> [DomainStats]
    {
        let pointer = try handle()
        kept.prepare(for: uuids, on: pointer)
        // Silence is right: a domain that vanished has nothing to tell.
        let handles = uuids.compactMap { try? kept.handle($0, on: pointer) }
        guard !handles.isEmpty else { return [] }
        var domains: [virDomainPtr?] = handles.map(\.pointer) + [nil]
        defer { withExtendedLifetime(handles) {} }
        var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
        let count = try checked(
            "virDomainListGetStats",
            virDomainListGetStats(&domains, groups.rawValue, &records, Connection.flags(noWait)))
        defer { virDomainStatsRecordListFree(records) }
        return decode(records, Int(count), groups)
    }

    /// CPU time, memory and number of vCPUs of some domains, one call each (`virDomainGetInfo`): none of them reaches a
    /// monitor, which makes them cheaper than the bulk call's group `cpu`. A domain that is shut off has no CPU time; one
    /// that is gone is left out, and one that was renamed may come with the name that it had.
    public func information(of uuids: [ObjectUUID]) throws(VirError) -> [DomainStats] {
        let pointer = try handle()
        kept.prepare(for: uuids, on: pointer)
        return uuids.compactMap { uuid in
            var info = virDomainInfo()
            // Silence is right: a domain that vanished, or a driver that has no such call, has nothing to tell.
            guard let domain = try? kept.handle(uuid, on: pointer) else { return nil }
            guard virDomainGetInfo(domain.pointer, &info) == 0 else {
                if VirError.last("virDomainGetInfo").code == .noDomain { kept.drop(uuid) }
                return nil
            }
            var stats = DomainStats(uuid: uuid, name: Connection.name(domain.handle))
            stats.take(info)
            return stats
        }
    }

    private static func flags(_ noWait: Bool) -> UInt32 {
        noWait ? UInt32(bitPattern: Int32(VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT.rawValue)) : 0
    }

    private func decode(
        _ records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?, _ count: Int, _ groups: StatsGroups
    ) -> [DomainStats] {
        var result: [DomainStats] = []
        result.reserveCapacity(count)
        for index in 0..<count {
            guard let record = records?[index], let stats = decode(record, keepsHypervisor: groups.contains(.vm)) else {
                continue
            }
            result.append(stats)
        }
        if !fieldMemory.unknown.isEmpty { hasUntaken.store(true, ordering: .relaxed) }
        return result
    }

    /// Whether `takeUnknownFields` has anything to give; asked without a wait for the connection.
    public nonisolated var hasUnknownFields: Bool { hasUntaken.load(ordering: .relaxed) }

    /// Fields that this version does not know, met since this was last asked: how often each, by its name with every
    /// number as `N`. Past a bound of names they are counted as `other`.
    public func takeUnknownFields() -> [String: Int] {
        hasUntaken.store(false, ordering: .relaxed)
        return fieldMemory.unknown.take()
    }

    private func decode(
        _ record: UnsafeMutablePointer<virDomainStatsRecord>, keepsHypervisor: Bool
    ) -> DomainStats? {
        guard let domain = record.pointee.dom, let name = virDomainGetName(domain) else { return nil }
        let uuid = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { buffer -> ObjectUUID? in
            guard let base = buffer.baseAddress, virDomainGetUUID(domain, base) == 0 else { return nil }
            return ObjectUUID(bytes: base)
        }
        guard let uuid else { return nil }
        var decoder = StatsDecoder(uuid: uuid, name: String(cString: name), keepsHypervisor: keepsHypervisor)
        decoder.decode(record.pointee.params, count: Int(record.pointee.nparams), &fieldMemory)
        return decoder.stats
    }
}

extension DomainStats {
    /// Takes what `virDomainGetInfo` tells and is nil here.
    public mutating func fill(from other: DomainStats) {
        var cpu = self.cpu ?? CPUStats()
        cpu.time = cpu.time ?? other.cpu?.time
        self.cpu = cpu
        var balloon = self.balloon ?? BalloonStats()
        balloon.maximum = balloon.maximum ?? other.balloon?.maximum
        balloon.current = balloon.current ?? other.balloon?.current
        self.balloon = balloon
        vcpuCurrent = vcpuCurrent ?? other.vcpuCurrent
    }

    /// Fills what is nil from `virDomainGetInfo`.
    mutating func take(_ info: virDomainInfo) {
        if UInt32(info.state) != VIR_DOMAIN_SHUTOFF.rawValue {
            var cpu = self.cpu ?? CPUStats()
            // 0 is what drivers say that do not count it (ESX, VirtualBox).
            if cpu.time == nil, info.cpuTime > 0 { cpu.time = info.cpuTime }
            self.cpu = cpu
        }
        var balloon = self.balloon ?? BalloonStats()
        if balloon.maximum == nil { balloon.maximum = UInt64(info.maxMem) }
        if balloon.current == nil { balloon.current = UInt64(info.memory) }
        self.balloon = balloon
        if vcpuCurrent == nil { vcpuCurrent = UInt64(info.nrVirtCpu) }
    }
}
