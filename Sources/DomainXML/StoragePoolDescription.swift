// SPDX-License-Identifier: Apache-2.0

/// What the agent uses of a storage pool's definition, as `virStoragePoolGetXMLDesc` writes it. All text is untrusted.
public struct StoragePoolDescription: Hashable, Sendable {
    /// libvirt's `type`: `dir`, `netfs`, `logical`, `rbd` …
    public let kind: String?
    /// Where the volumes are on the host; nil for pools that are nowhere there.
    public let targetPath: String?

    /// Reads a pool's definition. Throws as `DomainDescription` does.
    public init(parsing xml: String) throws(XMLError) {
        self = try Document.read(xml, as: "pool", of: "storage pool", StoragePoolDescription.init)
    }

    private init(_ pool: Element) {
        kind = pool.attribute("type")
        targetPath = pool.child("target")?.child("path")?.content
    }
}
