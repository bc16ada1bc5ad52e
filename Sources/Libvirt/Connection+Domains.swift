// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc

extension Connection {
    /// Every domain: running, paused, crashed, shut off. A handful of calls however many there are, where the driver has
    /// bulk statistics (`virConnectListAllDomains` by flag, `virConnectGetAllDomainStats`); else some for each domain.
    /// A domain that vanishes between two of the calls is left out.
    public func domains() throws(VirError) -> [ListedDomain] {
        guard let statuses = statuses() else {
            // Silence is right: a domain that vanished is no domain of the list any more.
            return try list { try? Connection.listed($0) }
        }
        let persistent = try uuids(VIR_CONNECT_LIST_DOMAINS_PERSISTENT)
        let autostarted = try uuids(VIR_CONNECT_LIST_DOMAINS_AUTOSTART)
        let saved = try uuids(VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE)
        return try list { handle in
            guard let uuid = try? Connection.uuid(handle) else { return nil }
            // A domain that came after the statistics is asked by itself.
            guard let status = statuses[uuid] else { return try? Connection.listed(handle) }
            return ListedDomain(
                uuid: uuid, name: Connection.name(handle), id: Connection.id(handle), status: status,
                isPersistent: persistent.contains(uuid), hasAutostart: autostarted.contains(uuid),
                hasManagedSave: saved.contains(uuid))
        }
    }

    /// The state of every domain by one call; nil when the driver has none for that.
    private func statuses() -> [ObjectUUID: StateReading]? {
        // Silence is right: whatever is wrong, the list that follows tells it.
        guard let all = try? statistics(.state, noWait: true) else { return nil }
        return Dictionary(all.compactMap { one in one.status.map { (one.uuid, $0) } }, uniquingKeysWith: { $1 })
    }

    private func uuids(_ filter: virConnectListAllDomainsFlags) throws(VirError) -> Set<ObjectUUID> {
        Set(try list(filter) { try? Connection.uuid($0) })
    }

    /// All domains, or those that `filter` is true of.
    func list<Item>(
        _ filter: virConnectListAllDomainsFlags = .init(0), _ item: (borrowing DomainHandle) -> Item?
    ) throws(VirError) -> [Item] {
        let pointer = try handle()
        var list: UnsafeMutablePointer<virDomainPtr?>?
        let count = try checked(
            "virConnectListAllDomains", virConnectListAllDomains(pointer, &list, filter.rawValue))
        defer { free(list) }
        var result: [Item] = []
        result.reserveCapacity(Int(count))
        for index in 0..<Int(count) {
            guard let domain = list?[index] else { continue }
            if let found = item(DomainHandle(owning: domain)) { result.append(found) }
        }
        return result
    }

    static func name(_ domain: borrowing DomainHandle) -> String {
        virDomainGetName(domain.pointer).map { String(cString: $0) } ?? ""
    }

    private static func id(_ domain: borrowing DomainHandle) -> Int? {
        let id = virDomainGetID(domain.pointer)
        return id == .max ? nil : Int(id)
    }

    static func uuid(_ domain: borrowing DomainHandle) throws(VirError) -> ObjectUUID {
        var bytes = [UInt8](repeating: 0, count: 16)
        try checked("virDomainGetUUID", virDomainGetUUID(domain.pointer, &bytes))
        return ObjectUUID(bytes: bytes)
    }

    /// Name and state of every domain, call by call (`virConnectListAllDomains`, `virDomainGetState`): for drivers that
    /// have no bulk statistics.
    public func states() throws(VirError) -> [DomainStats] {
        try list { handle in
            // Silence is right: a domain that vanished is no domain of the list any more.
            guard let status = try? Connection.state(handle), let uuid = try? Connection.uuid(handle) else {
                return nil
            }
            var stats = DomainStats(uuid: uuid, name: Connection.name(handle))
            stats.status = status
            return stats
        }
    }

    /// One domain, as the list would show it.
    public func domain(_ uuid: ObjectUUID) throws(VirError) -> ListedDomain {
        try Connection.listed(DomainHandle(uuid, on: handle()))
    }

    /// `virDomainGetState`: costs one call to the daemon and none to the monitor.
    public func state(of uuid: ObjectUUID) throws(VirError) -> StateReading {
        try Connection.state(DomainHandle(uuid, on: handle()))
    }

    /// What the domain's monitor is doing (`virDomainGetControlInfo`); answers though the monitor hangs.
    public func control(of uuid: ObjectUUID) throws(VirError) -> ControlReading {
        let domain = try DomainHandle(uuid, on: handle())
        var info = virDomainControlInfo()
        try checked("virDomainGetControlInfo", virDomainGetControlInfo(domain.pointer, &info, 0))
        let isBusy = info.state != VIR_DOMAIN_CONTROL_OK.rawValue
        return ControlReading(
            isBusy: isBusy, isJob: info.state == VIR_DOMAIN_CONTROL_JOB.rawValue,
            since: .milliseconds(Int64(clamping: info.stateTime)))
    }

    /// The definition without secrets (`virDomainGetXMLDesc`).
    public func xml(of uuid: ObjectUUID) throws(VirError) -> String {
        let domain = try DomainHandle(uuid, on: handle())
        guard let text = virDomainGetXMLDesc(domain.pointer, 0) else { throw VirError.last("virDomainGetXMLDesc") }
        defer { free(text) }
        return String(cString: text)
    }

    private static func state(_ domain: borrowing DomainHandle) throws(VirError) -> StateReading {
        var state: Int32 = 0
        var reason: Int32 = 0
        try checked("virDomainGetState", virDomainGetState(domain.pointer, &state, &reason, 0))
        return StateReading(state: DomainState(rawValue: state), reason: reason)
    }

    private static func listed(_ domain: borrowing DomainHandle) throws(VirError) -> ListedDomain {
        let status = try state(domain)
        let uuid = try uuid(domain)
        var autostart: Int32 = 0
        // Transient domains have no autostart and say so with an error; that means no.
        let hasAutostart = virDomainGetAutostart(domain.pointer, &autostart) == 0 && autostart == 1
        return ListedDomain(
            uuid: uuid, name: name(domain),
            id: id(domain), status: status,
            isPersistent: virDomainIsPersistent(domain.pointer) == 1, hasAutostart: hasAutostart,
            hasManagedSave: virDomainHasManagedSaveImage(domain.pointer, 0) == 1)
    }
}
