// SPDX-License-Identifier: Apache-2.0
import CLibvirt

extension Connection {
    /// Statistics of all domains in one call (`virConnectGetAllDomainStats`). With `noWait`, a domain whose job is held
    /// by another call comes with fewer fields; the call that first meets a hung monitor still waits.
    ///
    /// Statistics under names of the hypervisor's own are kept when the group `vm` is asked for, those of vCPUs too.
    public func statistics(_ groups: StatsGroups, noWait: Bool) throws(VirError) -> [DomainStats] {
        let pointer = try handle()
        var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
        let flags = noWait ? UInt32(bitPattern: Int32(VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT.rawValue)) : 0
        let count = try checked(
            "virConnectGetAllDomainStats", virConnectGetAllDomainStats(pointer, groups.rawValue, &records, flags))
        defer { virDomainStatsRecordListFree(records) }
        var result: [DomainStats] = []
        result.reserveCapacity(Int(count))
        for index in 0..<Int(count) {
            guard let record = records?[index], let stats = decode(record, keepsHypervisor: groups.contains(.vm)) else {
                continue
            }
            result.append(stats)
        }
        return result
    }

    /// Fields that this version does not know, met since this was last asked: how often each, by its name with every
    /// number as `N`. Past a bound of names they are counted as `other`.
    public func takeUnknownFields() -> [String: Int] {
        fieldMemory.unknown.take()
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
