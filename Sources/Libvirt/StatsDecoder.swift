// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// Decodes the typed parameters of one domain, without an allocation a field: keys are compared where they lie.
struct StatsDecoder {
    private(set) var stats: DomainStats

    init(uuid: ObjectUUID, name: String) {
        stats = DomainStats(uuid: uuid, name: name)
    }

    /// More than libvirt's own limits; a larger number in a key is nonsense and is passed over.
    private static let maxDevices = 4096

    mutating func decode(_ parameters: UnsafeMutablePointer<virTypedParameter>?, count: Int) {
        guard let parameters else { return }
        for index in 0..<count {
            let parameter = parameters + index
            var key = KeyCursor(UnsafeRawPointer(parameter))
            decode(&key, parameter)
        }
        stats.vcpus.removeAll { $0.time == nil && $0.state == nil }
        stats.interfaces.removeAll { $0.name.isEmpty }
        stats.disks.removeAll { $0.name.isEmpty }
    }

    private mutating func decode(_ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) {
        if key.skip("state.") {
            state(key, parameter)
        } else if key.skip("cpu.") {
            var cpu = stats.cpu ?? CPUStats()
            if cpu.set(key, parameter) { stats.cpu = cpu }
        } else if key.skip("balloon.") {
            var balloon = stats.balloon ?? BalloonStats()
            if balloon.set(key, parameter) { stats.balloon = balloon }
        } else if key.skip("vcpu.") {
            vcpu(&key, parameter)
        } else if key.skip("net.") {
            net(&key, parameter)
        } else if key.skip("block.") {
            block(&key, parameter)
        }
    }

    private mutating func state(_ key: KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) {
        guard let number = parameter.number else { return }
        let value = Int32(truncatingIfNeeded: number)
        let old = stats.status
        if key.isEqual("state") {
            stats.status = StateReading(state: DomainState(rawValue: value), reason: old?.reason ?? 0)
        } else if key.isEqual("reason") {
            stats.status = StateReading(state: old?.state ?? .noState, reason: value)
        }
    }

    private mutating func vcpu(_ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) {
        if key.isEqual("current") { return stats.vcpuCurrent = parameter.number }
        if key.isEqual("maximum") { return stats.vcpuMaximum = parameter.number }
        guard let index = key.index(below: Self.maxDevices) else { return }
        // The array is sparse after hotplug: the place in it is not the index.
        if stats.vcpus.last?.index != index {
            if stats.vcpus.isEmpty { stats.vcpus.reserveCapacity(Int(min(stats.vcpuCurrent ?? 1, 4096))) }
            stats.vcpus.append(VCPUStats(index: index))
        }
        stats.vcpus[stats.vcpus.count - 1].set(key, parameter)
    }

    private mutating func net(_ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) {
        if key.isEqual("count") {
            return stats.interfaces.reserveCapacity(Int(min(parameter.number ?? 0, UInt64(Self.maxDevices))))
        }
        guard let index = key.index(below: Self.maxDevices) else { return }
        while stats.interfaces.count <= index { stats.interfaces.append(InterfaceStats(name: "")) }
        if key.isEqual("name") {
            stats.interfaces[index].name = parameter.text ?? ""
        } else if let number = parameter.number {
            stats.interfaces[index].set(key, number)
        }
    }

    private mutating func block(_ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) {
        if key.isEqual("count") {
            return stats.disks.reserveCapacity(Int(min(parameter.number ?? 0, UInt64(Self.maxDevices))))
        }
        guard let index = key.index(below: Self.maxDevices) else { return }
        while stats.disks.count <= index { stats.disks.append(DiskStats(name: "")) }
        if key.isEqual("name") {
            stats.disks[index].name = parameter.text ?? ""
        } else if key.isEqual("path") {
            stats.disks[index].path = parameter.text
        } else if let number = parameter.number {
            stats.disks[index].set(key, number)
        }
    }
}

/// A place in a NUL-ended key of at most `VIR_TYPED_PARAM_FIELD_LENGTH` bytes.
struct KeyCursor {
    private var bytes: UnsafePointer<UInt8>

    init(_ start: UnsafeRawPointer) {
        bytes = start.assumingMemoryBound(to: UInt8.self)
    }

    mutating func skip(_ prefix: StaticString) -> Bool {
        guard starts(with: prefix) else { return false }
        bytes += prefix.utf8CodeUnitCount
        return true
    }

    func isEqual(_ text: StaticString) -> Bool {
        starts(with: text) && bytes[text.utf8CodeUnitCount] == 0
    }

    /// Reads `12.` and moves past it; nil when there is no number below `limit`.
    mutating func index(below limit: Int) -> Int? {
        var number = 0
        var place = bytes
        while case let digit = place.pointee, digit &- 0x30 < 10 {
            number = number * 10 + Int(digit - 0x30)
            guard number < limit else { return nil }
            place += 1
        }
        guard place != bytes, place.pointee == 0x2E else { return nil }
        bytes = place + 1
        return number
    }

    private func starts(with text: StaticString) -> Bool {
        let wanted = text.utf8Start
        for index in 0..<text.utf8CodeUnitCount where bytes[index] != wanted[index] { return false }
        return true
    }
}

extension UnsafeMutablePointer<virTypedParameter> {
    /// The value as a non-negative integer; nil for text, fractions and negative numbers.
    var number: UInt64? {
        switch UInt32(bitPattern: pointee.type) {
        case VIR_TYPED_PARAM_INT.rawValue: UInt64(exactly: pointee.value.i)
        case VIR_TYPED_PARAM_UINT.rawValue: UInt64(pointee.value.ui)
        case VIR_TYPED_PARAM_LLONG.rawValue: UInt64(exactly: pointee.value.l)
        case VIR_TYPED_PARAM_ULLONG.rawValue: pointee.value.ul
        case VIR_TYPED_PARAM_BOOLEAN.rawValue: pointee.value.b == 0 ? 0 : 1
        default: nil
        }
    }

    var text: String? {
        guard UInt32(bitPattern: pointee.type) == VIR_TYPED_PARAM_STRING.rawValue else { return nil }
        return pointee.value.s.map { String(cString: $0) }
    }
}
