// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The groups that few ask for: perf, iothread, memory (resctrl), dirtyrate, vm.
extension StatsDecoder {
    /// Monitors of a domain, caches, memory nodes: more than any host has.
    private static let maxMonitors = 256
    /// Statistics of the hypervisor's own that are kept of one domain.
    static let maxHypervisor = 8192

    mutating func decodeExtra(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        if key.skip("iothread.") { return iothread(&key, parameter) }
        if key.skip("dirtyrate.") { return dirtyRate(&key, parameter) }
        if key.skip("memory.bandwidth.monitor.") { return bandwidthMonitor(&key, parameter) }
        guard key.skip("perf.") else { return false }
        var perf = extra.perf ?? PerfStats()
        guard perf.set(key, parameter.number) else { return false }
        extra.perf = perf
        return true
    }

    private mutating func iothread(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        if key.isEqual("count") { return true }
        // Ids are chosen by whoever wrote the definition: they are not places.
        guard let id = key.index(below: Int(Int32.max)), let place = extra.iothreads.place(of: id) else { return false }
        return extra.iothreads[place].set(key, parameter.number)
    }

    private mutating func dirtyRate(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        var rate = extra.dirtyRate ?? DirtyRateStats()
        if key.isEqual("calc_status") {
            rate.status = parameter.number
        } else if key.isEqual("calc_start_time") {
            rate.startTime = parameter.number
        } else if key.isEqual("calc_period") {
            rate.period = parameter.number
        } else if key.isEqual("megabytes_per_second") {
            rate.mebibytesPerSecond = parameter.number
        } else if key.skip("vcpu.") {
            guard let index = key.index(below: Self.maxDevices), key.isEqual("megabytes_per_second"),
                let place = rate.vcpus.place(of: index)
            else { return false }
            rate.vcpus[place].mebibytesPerSecond = parameter.number
        } else {
            return key.isEqual("calc_mode")
        }
        extra.dirtyRate = rate
        return true
    }

    mutating func cacheMonitor(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        if key.isEqual("count") { return true }
        guard let index = key.index(below: Self.maxDevices),
            let place = extra.cacheMonitors.place(of: index, limit: Self.maxMonitors)
        else { return false }
        return extra.cacheMonitors[place].set(&key, parameter, limit: Self.maxMonitors)
    }

    private mutating func bandwidthMonitor(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        if key.isEqual("count") { return true }
        guard let index = key.index(below: Self.maxDevices),
            let place = extra.bandwidthMonitors.place(of: index, limit: Self.maxMonitors)
        else { return false }
        return extra.bandwidthMonitors[place].set(&key, parameter, limit: Self.maxMonitors)
    }

    /// `vm.NAME.sum`, `vcpu.3.NAME.cur`: any name the hypervisor likes. Known by its end, and kept only when wanted.
    mutating func hypervisor(
        _ parameter: UnsafeMutablePointer<virTypedParameter>, _ names: inout FieldNames
    ) -> Bool {
        var key = KeyCursor(parameter)
        var vcpu: Int?
        if !key.skip("vm.") {
            guard key.skip("vcpu."), let index = key.index(below: Self.maxDevices) else { return false }
            vcpu = index
        }
        let rest = key.rest
        guard let kind = HypervisorStat.Kind(ending: rest) else { return false }
        guard keepsHypervisor, let value = parameter.number else { return true }
        guard extra.hypervisor.count < Self.maxHypervisor else {
            extra.hypervisorPassedOver += 1
            return true
        }
        let name = names.string(rest.dropLast(HypervisorStat.Kind.endLength))
        extra.hypervisor.append(HypervisorStat(vcpu: vcpu, name: name, kind: kind, value: value))
        return true
    }
}

extension HypervisorStat.Kind {
    fileprivate static let endLength = 4

    /// The kind that the last bytes of a name tell, when there is a name before them.
    fileprivate init?(ending name: UnsafeBufferPointer<UInt8>) {
        let dot = name.count - Self.endLength
        guard dot > 0, name[dot] == UInt8(ascii: ".") else { return nil }
        switch (name[dot + 1], name[dot + 2], name[dot + 3]) {
        case (UInt8(ascii: "c"), UInt8(ascii: "u"), UInt8(ascii: "r")): self = .current
        case (UInt8(ascii: "s"), UInt8(ascii: "u"), UInt8(ascii: "m")): self = .sum
        case (UInt8(ascii: "m"), UInt8(ascii: "a"), UInt8(ascii: "x")): self = .max
        default: return nil
        }
    }
}
