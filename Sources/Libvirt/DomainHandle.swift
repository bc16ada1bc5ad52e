// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// A domain's handle, freed once, when it leaves its scope.
struct DomainHandle: ~Copyable {
    let pointer: virDomainPtr

    init(owning pointer: virDomainPtr) {
        self.pointer = pointer
    }

    /// `virDomainLookupByUUID`.
    init(_ uuid: ObjectUUID, on connection: virConnectPtr) throws(VirError) {
        guard let found = virDomainLookupByUUID(connection, uuid.bytes) else {
            throw VirError.last("virDomainLookupByUUID")
        }
        pointer = found
    }

    deinit {
        virDomainFree(pointer)
    }
}
