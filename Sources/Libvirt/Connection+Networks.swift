// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc

/// Virtual networks and the addresses that they have lent.
extension Connection {
    /// The most leases of one network that are read.
    public static let leaseLimit = 8192

    /// Every network, active or not (`virConnectListAllNetworks`).
    public func networks() throws(VirError) -> [ObjectName] {
        let connection = try handle()
        var result: [ObjectName] = []
        try Connection.each("virConnectListAllNetworks", { virConnectListAllNetworks(connection, &$0, 0) }) { pointer in
            let network = NetworkHandle(owning: pointer)
            guard let uuid = Connection.uuid({ virNetworkGetUUID(network.pointer, $0) }),
                let name = virNetworkGetName(network.pointer)
            else { return }
            result.append(ObjectName(uuid: uuid, name: String(cString: name)))
        }
        return result
    }

    /// How the network stands (`virNetworkIsActive`, `virNetworkGetAutostart`, `virNetworkIsPersistent`). Calls named in
    /// `refused` are not made; one that the driver has not is in the set that comes back.
    public func network(_ uuid: ObjectUUID, refused: Set<String>) throws(VirError) -> (
        reading: NetworkReading, refused: Set<String>
    ) {
        let network = try NetworkHandle(uuid, on: handle())
        let pointer = network.pointer
        var calls = DriverCalls(refused: refused)
        var reading = NetworkReading()
        reading.isActive = calls.answers("virNetworkIsActive") { virNetworkIsActive(pointer) }
        reading.isPersistent = calls.answers("virNetworkIsPersistent") { virNetworkIsPersistent(pointer) }
        var autostart: Int32 = 0
        if calls.works("virNetworkGetAutostart", { virNetworkGetAutostart(pointer, &autostart) }) != nil {
            reading.hasAutostart = autostart == 1
        }
        return (reading, calls.refused)
    }

    /// The network's definition (`virNetworkGetXMLDesc`); names its bridge too, which `virNetworkGetBridgeName` answers
    /// with an error in the daemon's log where there is none.
    public func xml(ofNetwork uuid: ObjectUUID) throws(VirError) -> String {
        let network = try NetworkHandle(uuid, on: handle())
        return try Connection.text("virNetworkGetXMLDesc", virNetworkGetXMLDesc(network.pointer, 0))
    }

    /// The addresses that the network has lent (`virNetworkGetDHCPLeases`).
    public func leases(ofNetwork uuid: ObjectUUID) throws(VirError) -> [DHCPLease] {
        let network = try NetworkHandle(uuid, on: handle())
        var found: UnsafeMutablePointer<virNetworkDHCPLeasePtr?>?
        let count = try checked(
            "virNetworkGetDHCPLeases", virNetworkGetDHCPLeases(network.pointer, nil, &found, 0))
        defer { free(found) }
        var result: [DHCPLease] = []
        for index in 0..<Int(count) {
            guard let lease = found?[index] else { continue }
            defer { virNetworkDHCPLeaseFree(lease) }
            if result.count < Connection.leaseLimit { result.append(DHCPLease(lease.pointee)) }
        }
        return result
    }
}

extension DHCPLease {
    fileprivate init(_ lease: virNetworkDHCPLease) {
        func text(_ field: UnsafeMutablePointer<CChar>?) -> String { field.map { String(cString: $0) } ?? "" }
        self.init(
            mac: text(lease.mac), address: text(lease.ipaddr), hostname: text(lease.hostname),
            expiry: Int64(lease.expirytime))
    }
}
