// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc

/// Handles of domains that are asked about again and again, kept between the calls: a look-up costs the daemon and the
/// client as much as the call that it is for.
///
/// A handle is no more than a UUID and what the domain was called when it was made, and drivers find the domain by its
/// UUID: so one that is kept stays good when the domain is renamed, redefined, started or stopped. Of a domain that is
/// gone the next call says so, and its handle is dropped then.
struct KeptHandles {
    /// A handle that lives as long as anyone uses it.
    final class Kept {
        let handle: DomainHandle

        init(_ handle: consuming DomainHandle) {
            self.handle = handle
        }

        var pointer: virDomainPtr { handle.pointer }
    }

    /// The most that are kept.
    private static let limit = 8192
    /// From so many unknown domains on, one list is cheaper than a look-up for each.
    private static let listed = 4

    private var handles: [ObjectUUID: Kept] = [:]

    /// The handle of a domain; the error that the look-up gives when there is no such domain (`virDomainLookupByUUID`).
    mutating func handle(_ uuid: ObjectUUID, on connection: virConnectPtr) throws(VirError) -> Kept {
        if let known = handles[uuid] { return known }
        let found = Kept(try DomainHandle(uuid, on: connection))
        keep(found, uuid)
        return found
    }

    /// Prepares for calls about `uuids`, with one list when many of them are new (`virConnectListAllDomains`). Handles of
    /// others are dropped when those have become many.
    mutating func prepare(for uuids: [ObjectUUID], on connection: virConnectPtr) {
        if handles.count > 2 * uuids.count + 64 { handles = [:] }
        guard uuids.count(where: { handles[$0] == nil }) > Self.listed else { return }
        var list: UnsafeMutablePointer<virDomainPtr?>?
        let count = virConnectListAllDomains(connection, &list, 0)
        defer { free(list) }
        // Silence is right: whatever is wrong, the look-ups that follow tell it.
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            guard let pointer = list?[index] else { continue }
            let found = Kept(DomainHandle(owning: pointer))
            if let uuid = try? Connection.uuid(found.handle) { keep(found, uuid) }
        }
    }

    private mutating func keep(_ found: Kept, _ uuid: ObjectUUID) {
        if handles.count >= Self.limit { handles = [:] }
        handles[uuid] = found
    }

    /// The domain is gone, or is said to be.
    mutating func drop(_ uuid: ObjectUUID) {
        handles[uuid] = nil
    }

    mutating func removeAll() {
        handles = [:]
    }

    /// How many are kept.
    var count: Int { handles.count }
}
