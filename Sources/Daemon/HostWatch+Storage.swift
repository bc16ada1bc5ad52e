// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Logging
import Sampling
import Vocabulary

/// The chain that reads storage pools.
///
/// Pools are read before they are listed anew, those too that an earlier connection knew: when one hangs, libvirt's list
/// waits for it too, but names nobody.
extension HostWatch {
    func readStorage(_ run: ObjectRun) async {
        let isFirst = objects.pools.isEmpty && !objects.arePoolsListed
        if isFirst { await listPools(run) }
        await readPools(run, all: run.readsAll)
        guard run.readsAll || !objects.arePoolsListed, !isFirst else { return }
        await listPools(run)
        await readPools(run, all: false)
    }

    private func readPools(_ run: ObjectRun, all: Bool) async {
        let wanted = objects.pools.filter { all || $0.value.isDirty }.sorted { $0.value.name < $1.value.name }
        for (uuid, _) in wanted where isCurrent(run) { await read(pool: uuid, run) }
    }

    private func listPools(_ run: ObjectRun) async {
        let began = Duration.monotonic
        let answer = await ask("virConnectListAllStoragePools", run) { (lane) throws(VirError) in
            try await lane.storagePools()
        }
        guard isCurrent(run), let listed = answer.value else { return }
        objects.arePoolsListed = true
        let names = Dictionary(listed.map { ($0.uuid, $0.name) }, uniquingKeysWith: { first, _ in first })
        for (uuid, pool) in objects.pools where pool.met < began && names[uuid] == nil { forget(pool: uuid) }
        for pool in listed { await listener.changed(meet(pool: pool), at: .now) }
    }

    /// Takes a pool in, unless it is known by this name; the series that begin with it.
    func meet(pool: ObjectName) -> [Labels] {
        if let known = objects.pools[pool.uuid] {
            guard known.name != pool.name else { return [] }
            forget(pool: pool.uuid)
        }
        // Another pool may have had the name.
        for (uuid, known) in objects.pools where known.name == pool.name { forget(pool: uuid) }
        objects.adopt(pool: pool)
        return putCounters(.storagePool, pool.uuid)
    }

    private func forget(pool uuid: ObjectUUID) {
        guard objects.pools.removeValue(forKey: uuid) != nil else { return }
        board.remove(poolKeys(uuid) + [eventKey(.storagePool, uuid)], at: .now)
    }

    private func read(pool uuid: ObjectUUID, _ run: ObjectRun) async {
        guard let known = objects.pools[uuid] else { return }
        // Before the calls: an event that comes while they run asks for them again.
        objects.pools[uuid]?.isDirty = false
        if run.readsAll, known.facts.reading?.isRunning == true { await refresh(pool: uuid, run) }
        let without = refused
        let answer = await ask("virStoragePoolLookupByUUID", run, at: uuid) { (lane) throws(VirError) in
            try await lane.storagePool(uuid, refused: without)
        }
        if case .gone = answer { return forget(pool: uuid) }
        for call in answer.value?.refused.subtracting(without).sorted() ?? [] { refuse(call) }
        guard isCurrent(run) else { return }
        let reading = answer.value?.reading
        let description = await describe(pool: uuid, run)
        let volumes = reading?.isRunning == true ? await self.volumes(ofPool: uuid, run) : []
        guard isCurrent(run), objects.pools[uuid] != nil else { return }
        objects.pools[uuid]?.facts.reading = reading
        objects.pools[uuid]?.facts.description = description
        objects.pools[uuid]?.facts.volumes = volumes
        await listener.changed(put(pool: uuid), at: .now)
    }

    /// Looks at the storage again, where that is wanted and the lane may write.
    private func refresh(pool uuid: ObjectUUID, _ run: ObjectRun) async {
        let mayWrite = links?.isOnlyOne == true || objects[.storage].isWriter
        guard plan.objects.refreshesPools, mayWrite else { return }
        let answer = await ask("virStoragePoolRefresh", run, at: uuid) { (lane) throws(VirError) in
            try await lane.refresh(pool: uuid)
        }
        if answer.value != nil { objects.pools[uuid]?.facts.refreshedAt = .now }
    }

    private func describe(pool uuid: ObjectUUID, _ run: ObjectRun) async -> StoragePoolDescription? {
        let isOld = run.readsAll && !objects.hears(.storagePool)
        if !isOld, let known = objects.pools[uuid]?.facts.description { return known }
        let answer = await ask("virStoragePoolGetXMLDesc", run, at: uuid) { (lane) throws(VirError) in
            try await lane.xml(ofPool: uuid)
        }
        guard let xml = answer.value else { return objects.pools[uuid]?.facts.description }
        do throws(XMLError) {
            return try StoragePoolDescription(parsing: xml)
        } catch {
            log.warning("cannot read a definition", metadata: ["why": "\(error)", "host": "\(name)"])
            return nil
        }
    }

    private func volumes(ofPool uuid: ObjectUUID, _ run: ObjectRun) async -> [StorageVolume] {
        guard plan.objects.volumes else { return [] }
        let answer = await ask("virStoragePoolListAllVolumes", run, at: uuid) { (lane) throws(VirError) in
            try await lane.volumes(ofPool: uuid)
        }
        return answer.value ?? []
    }

    /// Puts what is known of a pool on the board; the series that changed.
    @discardableResult
    func put(pool uuid: ObjectUUID) -> [Labels] {
        guard var pool = objects.pools[uuid] else { return [] }
        let batch = pool.series.batch(pool.facts, at: .now)
        if plan.sampling.runs(TinkoffCollector.name) {
            board.put(pool.tinkoff.batch(pool.facts.reading, at: .now), as: tinkoffPoolKey(uuid))
        }
        objects.pools[uuid] = pool
        return batch.changes(since: board.put(batch, as: poolKey(uuid)))
    }
}
