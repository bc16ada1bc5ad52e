// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// Storage pools and their volumes. Every call here may hang for as long as the storage does: libvirt holds a pool's lock
/// while it reads the pool, and the list waits for each lock. So none belongs on a connection that anything else needs.
extension Connection {
    /// The most volumes of one pool that are read.
    public static let volumeLimit = 4096

    /// Every pool, active or not (`virConnectListAllStoragePools`).
    public func storagePools() throws(VirError) -> [ObjectName] {
        let connection = try handle()
        var result: [ObjectName] = []
        try Connection.each(
            "virConnectListAllStoragePools", { virConnectListAllStoragePools(connection, &$0, 0) }
        ) { pointer in
            let pool = StoragePoolHandle(owning: pointer)
            guard let uuid = Connection.uuid({ virStoragePoolGetUUID(pool.pointer, $0) }),
                let name = virStoragePoolGetName(pool.pointer)
            else { return }
            result.append(ObjectName(uuid: uuid, name: String(cString: name)))
        }
        return result
    }

    /// How the pool stands (`virStoragePoolGetInfo`, `virStoragePoolGetAutostart`, `virStoragePoolIsPersistent`,
    /// `virStoragePoolNumOfVolumes`). Calls named in `refused` are not made; one that the driver has not is in the set
    /// that comes back.
    public func storagePool(_ uuid: ObjectUUID, refused: Set<String>) throws(VirError) -> (
        reading: StoragePoolReading, refused: Set<String>
    ) {
        let pool = try StoragePoolHandle(uuid, on: handle())
        let pointer = pool.pointer
        var calls = DriverCalls(refused: refused)
        var reading = StoragePoolReading()
        var info = virStoragePoolInfo()
        if calls.works("virStoragePoolGetInfo", { virStoragePoolGetInfo(pointer, &info) }) != nil {
            reading.state = info.state
            if reading.isRunning {
                (reading.capacity, reading.allocation, reading.available) =
                    (info.capacity, info.allocation, info.available)
            }
        }
        var autostart: Int32 = 0
        if calls.works("virStoragePoolGetAutostart", { virStoragePoolGetAutostart(pointer, &autostart) }) != nil {
            reading.hasAutostart = autostart == 1
        }
        reading.isPersistent = calls.answers("virStoragePoolIsPersistent") { virStoragePoolIsPersistent(pointer) }
        if reading.isRunning {
            // Asked of a pool that does not run, the daemon would write an error to its log.
            let count = calls.works("virStoragePoolNumOfVolumes") { virStoragePoolNumOfVolumes(pointer) }
            reading.volumeCount = count.map(Int.init)
        }
        return (reading, calls.refused)
    }

    /// The pool's volumes with their sizes (`virStoragePoolListAllVolumes`, `virStorageVolGetInfo`): one call a volume,
    /// and each looks at the storage. A volume that vanishes meanwhile is left out.
    public func volumes(ofPool uuid: ObjectUUID) throws(VirError) -> [StorageVolume] {
        let pool = try StoragePoolHandle(uuid, on: handle())
        let pointer = pool.pointer
        var result: [StorageVolume] = []
        try Connection.each(
            "virStoragePoolListAllVolumes", { virStoragePoolListAllVolumes(pointer, &$0, 0) }
        ) { pointer in
            let volume = StorageVolumeHandle(owning: pointer)
            var info = virStorageVolInfo()
            guard result.count < Connection.volumeLimit, let name = virStorageVolGetName(volume.pointer),
                virStorageVolGetInfo(volume.pointer, &info) == 0
            else { return }
            result.append(
                StorageVolume(name: String(cString: name), capacity: info.capacity, allocation: info.allocation))
        }
        return result
    }

    /// The pool's definition without secrets (`virStoragePoolGetXMLDesc`).
    public func xml(ofPool uuid: ObjectUUID) throws(VirError) -> String {
        let pool = try StoragePoolHandle(uuid, on: handle())
        return try Connection.text("virStoragePoolGetXMLDesc", virStoragePoolGetXMLDesc(pool.pointer, 0))
    }

    /// Makes libvirt look at the storage again (`virStoragePoolRefresh`); needs a read-write connection.
    public func refresh(pool uuid: ObjectUUID) throws(VirError) {
        let pool = try StoragePoolHandle(uuid, on: handle())
        try checked("virStoragePoolRefresh", virStoragePoolRefresh(pool.pointer, 0))
    }
}
