// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The host's own network interfaces.
extension Connection {
    /// Every interface; two calls, whatever their number (`virConnectListAllInterfaces`).
    public func interfaces() throws(VirError) -> [HostInterface] {
        let active = try interfaces(VIR_CONNECT_LIST_INTERFACES_ACTIVE.rawValue, isActive: true)
        return active + (try interfaces(VIR_CONNECT_LIST_INTERFACES_INACTIVE.rawValue, isActive: false))
    }

    private func interfaces(_ flags: UInt32, isActive: Bool) throws(VirError) -> [HostInterface] {
        let connection = try handle()
        var result: [HostInterface] = []
        try Connection.each(
            "virConnectListAllInterfaces", { virConnectListAllInterfaces(connection, &$0, flags) }
        ) { pointer in
            let interface = InterfaceHandle(owning: pointer)
            guard let name = virInterfaceGetName(interface.pointer) else { return }
            let mac = virInterfaceGetMACString(interface.pointer).map { String(cString: $0) } ?? ""
            result.append(HostInterface(name: String(cString: name), mac: mac, isActive: isActive))
        }
        return result
    }

    /// The interface as it is now (`virInterfaceGetXMLDesc`).
    public func xml(ofInterface name: String) throws(VirError) -> String {
        let interface = try InterfaceHandle(name, on: handle())
        return try Connection.text("virInterfaceGetXMLDesc", virInterfaceGetXMLDesc(interface.pointer, 0))
    }
}
