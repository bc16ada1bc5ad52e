// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// A storage pool's handle, freed once, when it leaves its scope.
struct StoragePoolHandle: ~Copyable {
    let pointer: virStoragePoolPtr

    init(owning pointer: virStoragePoolPtr) {
        self.pointer = pointer
    }

    /// `virStoragePoolLookupByUUID`.
    init(_ uuid: ObjectUUID, on connection: virConnectPtr) throws(VirError) {
        guard let found = virStoragePoolLookupByUUID(connection, uuid.bytes) else {
            throw VirError.last("virStoragePoolLookupByUUID")
        }
        pointer = found
    }

    deinit {
        virStoragePoolFree(pointer)
    }
}

/// A storage volume's handle, freed once, when it leaves its scope.
struct StorageVolumeHandle: ~Copyable {
    let pointer: virStorageVolPtr

    init(owning pointer: virStorageVolPtr) {
        self.pointer = pointer
    }

    deinit {
        virStorageVolFree(pointer)
    }
}

/// A network's handle, freed once, when it leaves its scope.
struct NetworkHandle: ~Copyable {
    let pointer: virNetworkPtr

    init(owning pointer: virNetworkPtr) {
        self.pointer = pointer
    }

    /// `virNetworkLookupByUUID`.
    init(_ uuid: ObjectUUID, on connection: virConnectPtr) throws(VirError) {
        guard let found = virNetworkLookupByUUID(connection, uuid.bytes) else {
            throw VirError.last("virNetworkLookupByUUID")
        }
        pointer = found
    }

    deinit {
        virNetworkFree(pointer)
    }
}

/// A host interface's handle, freed once, when it leaves its scope.
struct InterfaceHandle: ~Copyable {
    let pointer: virInterfacePtr

    init(owning pointer: virInterfacePtr) {
        self.pointer = pointer
    }

    /// `virInterfaceLookupByName`.
    init(_ name: String, on connection: virConnectPtr) throws(VirError) {
        guard let found = virInterfaceLookupByName(connection, name) else {
            throw VirError.last("virInterfaceLookupByName")
        }
        pointer = found
    }

    deinit {
        virInterfaceFree(pointer)
    }
}
