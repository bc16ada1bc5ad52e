// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc

/// The calls about a domain's disks and interfaces.
extension DetailCalls {
    mutating func blockJobs(_ domain: borrowing DomainHandle, _ disks: [String]) {
        let pointer = domain.pointer
        for disk in disks {
            var info = virDomainBlockJobInfo()
            let found = works("virDomainGetBlockJobInfo") { virDomainGetBlockJobInfo(pointer, disk, &info, 0) }
            guard let found else { continue }
            var jobs = details.blockJobs ?? [:]
            if found > 0 { jobs[disk] = BlockJob(type: info.type, current: info.cur, end: info.end) }
            details.blockJobs = jobs
        }
    }

    mutating func diskErrors(_ domain: borrowing DomainHandle) {
        let pointer = domain.pointer
        diskErrors { virDomainGetDiskErrors(pointer, $0, $1, 0) }
    }

    /// How many disks there are is asked first. An empty list, "no disk has an error", is said only when libvirt said so.
    mutating func diskErrors(asking: (UnsafeMutablePointer<virDomainDiskError>?, UInt32) -> Int32) {
        let capacity = works("virDomainGetDiskErrors") { asking(nil, 0) }
        guard let capacity, capacity <= 4096 else { return }
        guard capacity > 0 else { return details.diskErrors = [:] }
        var found = [virDomainDiskError](repeating: virDomainDiskError(), count: Int(capacity))
        let filled = works("virDomainGetDiskErrors") {
            asking(&found, UInt32(capacity))
        }
        guard let filled else { return }
        var errors: [String: Int32] = [:]
        for error in found.prefix(Int(filled)) {
            guard let disk = error.disk else { continue }
            errors[String(cString: disk)] = error.error
            free(disk)
        }
        details.diskErrors = errors
    }

    mutating func blockLimits(_ domain: borrowing DomainHandle, _ disks: [String]) {
        let pointer = domain.pointer
        for disk in disks {
            let found = parameters("virDomainGetBlockIoTune") {
                virDomainGetBlockIoTune(pointer, disk, $0, $1, 0)
            }
            guard let found else { continue }
            var limits = BlockLimits()
            for direction in BlockLimits.Direction.allCases {
                let word = direction.rawValue
                limits.bytes[direction] = found.limit("\(word)_bytes_sec")
                limits.requests[direction] = found.limit("\(word)_iops_sec")
                limits.burstBytes[direction] = found.limit("\(word)_bytes_sec_max")
                limits.burstRequests[direction] = found.limit("\(word)_iops_sec_max")
                limits.burstBytesLength[direction] = found.limit("\(word)_bytes_sec_max_length")
                limits.burstRequestsLength[direction] = found.limit("\(word)_iops_sec_max_length")
            }
            limits.requestSize = found.limit("size_iops_sec")
            var all = details.blockLimits ?? [:]
            all[disk] = limits
            details.blockLimits = all
        }
    }

    mutating func interfaceLimits(_ domain: borrowing DomainHandle, _ interfaces: [String]) {
        let pointer = domain.pointer
        for interface in interfaces {
            let found = parameters("virDomainGetInterfaceParameters") {
                virDomainGetInterfaceParameters(pointer, interface, $0, $1, 0)
            }
            guard let found else { continue }
            var limits = InterfaceLimits()
            for direction in InterfaceLimits.Direction.allCases {
                for word in ["average", "peak", "floor"] {
                    limits.rates[direction, default: [:]][word] = found.limit("\(direction.rawValue).\(word)")
                }
                limits.burst[direction] = found.limit("\(direction.rawValue).burst")
            }
            var all = details.interfaceLimits ?? [:]
            all[interface] = limits
            details.interfaceLimits = all
        }
    }

    /// For calls that fill a list of the caller's; libvirt's longest has 20 parameters.
    private mutating func parameters(
        _ call: String, _ body: (virTypedParameterPtr?, UnsafeMutablePointer<Int32>) -> Int32
    ) -> TypedParameters? {
        var count: Int32 = 0
        // How many there are: a list of another length is an error to some drivers.
        guard works(call, { body(nil, &count) }) != nil, count > 0, count <= 256 else { return nil }
        var list = [virTypedParameter](repeating: virTypedParameter(), count: Int(count))
        return list.withUnsafeMutableBufferPointer { buffer -> TypedParameters? in
            guard works(call, { body(buffer.baseAddress, &count) }) != nil else { return nil }
            defer { virTypedParamsClear(buffer.baseAddress, count) }
            return TypedParameters(buffer.baseAddress, count: count)
        }
    }

    /// The most addresses that are kept of one domain.
    private static let addressLimit = 256

    mutating func addresses(_ domain: borrowing DomainHandle) {
        let pointer = domain.pointer
        for (source, number) in [
            ("lease", VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE), ("arp", VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP),
        ] {
            var list: UnsafeMutablePointer<virDomainInterfacePtr?>?
            let count = works("virDomainInterfaceAddresses") {
                virDomainInterfaceAddresses(pointer, &list, number.rawValue, 0)
            }
            guard let count else { continue }
            var found = details.addresses ?? []
            for index in 0..<Int(count) {
                guard let interface = list?[index] else { continue }
                found += Self.addresses(of: interface.pointee, from: source)
                virDomainInterfaceFree(interface)
            }
            free(list)
            details.addresses = Array(found.prefix(Self.addressLimit))
        }
    }

    private static func addresses(of interface: virDomainInterface, from source: String) -> [DomainAddress] {
        (0..<min(Int(interface.naddrs), addressLimit)).compactMap { index in
            guard let address = interface.addrs?[index], let text = address.addr else { return nil }
            return DomainAddress(
                interface: interface.name.map { TypedParameters.bounded($0) } ?? "",
                mac: interface.hwaddr.map { TypedParameters.bounded($0) } ?? "",
                family: address.type == VIR_IP_ADDR_TYPE_IPV6.rawValue ? "ipv6" : "ipv4",
                address: TypedParameters.bounded(text), source: source)
        }
    }
}

extension TypedParameters {
    /// A number that limits something; 0 stands for "no limit".
    fileprivate func limit(_ name: String) -> UInt64? {
        number(name).flatMap { $0 == 0 ? nil : $0 }
    }
}
