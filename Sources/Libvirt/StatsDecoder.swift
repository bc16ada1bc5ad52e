// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// Decodes the typed parameters of one domain, without an allocation a field: keys are compared where they lie.
///
/// What it makes is never larger than what it was given, whatever counts and numbers that names.
struct StatsDecoder {
    /// More than libvirt's own limits; a larger number in a key is nonsense and is passed over.
    static let maxDevices = 4096
    /// Room made ahead of the devices; a count is not believed beyond it.
    private static let maxReserve: UInt64 = 64

    private(set) var stats: DomainStats
    var extra = ExtraStats()
    /// Whether statistics of the hypervisor's own are kept: they come with the group `vcpu` though nobody wants them.
    let keepsHypervisor: Bool
    private var interface = OpenEntry()
    private var disk = OpenEntry()

    init(uuid: ObjectUUID, name: String, keepsHypervisor: Bool = false) {
        stats = DomainStats(uuid: uuid, name: name)
        self.keepsHypervisor = keepsHypervisor
    }

    mutating func decode(
        _ parameters: UnsafeMutablePointer<virTypedParameter>?, count: Int, _ memory: inout FieldMemory
    ) {
        guard let parameters, count > 0 else { return }
        for index in 0..<count {
            let parameter = parameters + index
            var key = KeyCursor(parameter)
            if decode(&key, parameter) || hypervisor(parameter, &memory.names) { continue }
            memory.unknown.note(KeyCursor(parameter).rest)
        }
        stats.vcpus.removeAll { $0.time == nil && $0.state == nil }
        stats.interfaces.removeAll { $0.name.isEmpty }
        var before = ""
        stats.disks.removeAll { disk in
            defer { if !disk.name.isEmpty { before = disk.name } }
            return disk.name.isEmpty || disk.name == before
        }
        if !extra.isEmpty { stats.extra = extra }
    }

    /// Whether the field is known; that it holds something is another matter.
    private mutating func decode(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        if key.skip("block.") { return block(&key, parameter) }
        if key.skip("vcpu.") { return vcpu(&key, parameter) }
        if key.skip("balloon.") {
            var balloon = stats.balloon ?? BalloonStats()
            guard balloon.set(key, parameter) else { return false }
            stats.balloon = balloon
            return true
        }
        if key.skip("cpu.") {
            if key.skip("cache.monitor.") { return cacheMonitor(&key, parameter) }
            var cpu = stats.cpu ?? CPUStats()
            guard cpu.set(key, parameter) else { return false }
            stats.cpu = cpu
            return true
        }
        if key.skip("net.") { return net(&key, parameter) }
        if key.skip("state.") { return state(key, parameter) }
        return decodeExtra(&key, parameter)
    }

    private mutating func state(_ key: KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) -> Bool {
        let isState = key.isEqual("state")
        guard isState || key.isEqual("reason") else { return false }
        guard let number = parameter.number else { return true }
        let value = Int32(truncatingIfNeeded: number)
        let old = stats.status
        stats.status =
            isState
            ? StateReading(state: DomainState(rawValue: value), reason: old?.reason ?? 0)
            : StateReading(state: old?.state ?? .noState, reason: value)
        return true
    }

    private mutating func vcpu(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        if key.isEqual("current") {
            stats.vcpuCurrent = parameter.number
        } else if key.isEqual("maximum") {
            stats.vcpuMaximum = parameter.number
        } else {
            guard let index = key.index(below: Self.maxDevices) else { return false }
            // The array is sparse after hotplug: the place in it is not the index.
            if stats.vcpus.isEmpty { stats.vcpus.reserveCapacity(Self.reserve(stats.vcpuCurrent)) }
            guard let place = stats.vcpus.place(of: index) else { return false }
            return stats.vcpus[place].set(key, parameter)
        }
        return true
    }

    private mutating func net(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        if key.isEqual("count") {
            stats.interfaces.reserveCapacity(Self.reserve(parameter.number))
            return true
        }
        guard let index = key.index(below: Self.maxDevices) else { return false }
        if interface.begins(index, isFull: stats.interfaces.count >= Self.maxDevices) {
            stats.interfaces.append(InterfaceStats(name: ""))
        }
        if interface.isPassedOver { return true }
        let last = stats.interfaces.count - 1
        guard key.isEqual("name") else { return stats.interfaces[last].set(key, parameter.number) }
        stats.interfaces[last].name = parameter.text ?? ""
        return true
    }

    private mutating func block(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        if key.isEqual("count") {
            stats.disks.reserveCapacity(Self.reserve(parameter.number))
            return true
        }
        guard let index = key.index(below: Self.maxDevices) else { return false }
        if disk.begins(index, isFull: stats.disks.count >= Self.maxDevices) {
            stats.disks.append(DiskStats(name: ""))
        }
        if disk.isPassedOver { return true }
        let last = stats.disks.count - 1
        if key.isEqual("name") {
            stats.disks[last].name = parameter.text ?? ""
            passOverBackingImage()
        } else if key.isEqual("path") {
            stats.disks[last].path = parameter.text
        } else {
            return stats.disks[last].set(key, parameter.number) || details(&key, parameter, of: stats.disks[last].name)
        }
        return true
    }

    /// With BACKING each image of a chain comes as an entry of its own under the disk's name, the one in use first.
    private mutating func passOverBackingImage() {
        let last = stats.disks.count - 1
        guard last > 0, stats.disks[last].name == stats.disks[last - 1].name else { return }
        stats.disks.removeLast()
        disk.isPassedOver = true
    }

    private static func reserve(_ count: UInt64?) -> Int {
        Int(min(count ?? 0, maxReserve))
    }
}

/// The entry of an array whose fields are coming: libvirt sends those of one entry together.
private struct OpenEntry {
    private var index = -1
    /// Whether the entry is not kept.
    var isPassedOver = false

    /// Whether a field of entry `new` is the first one of it, and there is room for the entry.
    mutating func begins(_ new: Int, isFull: Bool) -> Bool {
        guard new != index else { return false }
        index = new
        isPassedOver = isFull
        return !isFull
    }
}

/// An entry of an array that libvirt numbers.
protocol Numbered {
    var index: Int { get }
    init(index: Int)
}

extension VCPUStats: Numbered {}

extension Array where Element: Numbered {
    /// The place of entry `index`: the last one, or a new one behind it; nil when there are `limit` already.
    mutating func place(of index: Int, limit: Int = StatsDecoder.maxDevices) -> Int? {
        if last?.index == index { return count - 1 }
        guard count < limit else { return nil }
        append(Element(index: index))
        return count - 1
    }
}
