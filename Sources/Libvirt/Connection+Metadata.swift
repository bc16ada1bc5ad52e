// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// What others than libvirt write into a domain's definition.
extension Connection {
    /// Writes `element` as the domain's metadata of the namespace `uri`, in place of what is there, or takes that away
    /// when it is nil (`virDomainSetMetadata`). Needs a read-write connection.
    ///
    /// A persistent domain's definition is changed, and what runs of it: neither shows the other's.
    public func setMetadata(
        of uuid: ObjectUUID, namespace uri: String, prefix: String, element: String?
    ) throws(VirError) {
        let domain = try DomainHandle(uuid, on: handle())
        let pointer = domain.pointer
        var flags: UInt32 = 0
        if try checked("virDomainIsActive", virDomainIsActive(pointer)) == 1 {
            flags |= VIR_DOMAIN_AFFECT_LIVE.rawValue
        }
        if try checked("virDomainIsPersistent", virDomainIsPersistent(pointer)) == 1 {
            flags |= VIR_DOMAIN_AFFECT_CONFIG.rawValue
        }
        let kind = Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        try checked(
            "virDomainSetMetadata", virDomainSetMetadata(pointer, kind, element, prefix, uri, flags))
    }
}
