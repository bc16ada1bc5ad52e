// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Logging
import Sampling
import Vocabulary

/// Storage pools, networks, host interfaces, devices and secrets: read seldom, after events, and never on the main
/// connection, because storage may hang.
///
/// There are two chains of calls, each with a connection of its own: storage, and everything else. When a call of one has
/// not returned by the deadline, the object it is about is named, and the chain waits for it; so at most two calls can
/// hang. A round never waits for either.
extension HostWatch {
    /// One run of a chain.
    struct ObjectRun: Sendable {
        let chain: ObjectFigures.Chain
        let number: Int
        let lane: Connection
        /// Whether everything is read, not only what events told of.
        let readsAll: Bool
    }

    /// How a call of a chain ended.
    enum ObjectAnswer<Value: Sendable> {
        case answer(Value)
        /// There is no such object any more.
        case gone
        /// It failed, is none that the driver has, or the run is over.
        case none

        var value: Value? {
            if case .answer(let value) = self { value } else { nil }
        }
    }

    /// The least time between two runs that events ask for.
    private static let eventGap = Duration.seconds(1)

    /// Starts the chains that are due, or that an event asks for.
    func startObjectRound() {
        for chain in ObjectFigures.Chain.allCases { start(chain) }
    }

    private func start(_ chain: ObjectFigures.Chain) {
        guard links != nil, !isStopped, objects.isListening, reads(chain) else { return }
        let now = Duration.monotonic
        let state = objects[chain]
        // Half a round early rather than a whole one late.
        let isDue = state.beganAll.map { now - $0 >= plan.slowInterval - plan.interval / 2 } ?? true
        guard isDue || state.isWanted else { return }
        guard state.running == nil else {
            if isDue, state.isOverdue { withdrawObjects(chain) }
            return
        }
        if !isDue, let began = state.began, now - began < Self.eventGap { return putOff(chain) }
        callNumber += 1
        objects[chain].running = callNumber
        objects[chain].began = now
        if isDue { objects[chain].beganAll = now }
        objects[chain].isWanted = false
        let number = callNumber
        Task { await self.run(chain, number, readsAll: isDue) }
    }

    /// Whether the settings leave it anything to read.
    private func reads(_ chain: ObjectFigures.Chain) -> Bool {
        let read: [HostCollector] =
            switch chain {
            case .storage: [.storagePool]
            case .others: [.network, .hostInterface, .nodeDevice, .node]
            }
        return read.contains { plan.sampling.runs($0) }
    }

    private func putOff(_ chain: ObjectFigures.Chain) {
        guard !objects[chain].isPutOff else { return }
        objects[chain].isPutOff = true
        Task { [weak self] in
            // Never cancelled: a host that is gone by then has nothing to start.
            try? await Task.sleep(for: Self.eventGap)
            await self?.startPutOff(chain)
        }
    }

    private func startPutOff(_ chain: ObjectFigures.Chain) {
        objects[chain].isPutOff = false
        start(chain)
    }

    private func run(_ chain: ObjectFigures.Chain, _ number: Int, readsAll: Bool) async {
        if let lane = await objectLane(chain), objects[chain].running == number {
            let run = ObjectRun(chain: chain, number: number, lane: lane, readsAll: readsAll)
            // The test driver runs in this process and has one connection: no call of it can hang.
            if lane !== links?.main { watchDeadline(of: run) }
            if readsAll { doubtAfterDrops() }
            switch chain {
            case .storage: await readStorage(run)
            case .others: await readOthers(run)
            }
        }
        guard objects[chain].running == number else { return }
        objects[chain].running = nil
        // What events told of while it ran.
        if objects[chain].isWanted { start(chain) }
    }

    /// The chain's connection, opened when there is none.
    private func objectLane(_ chain: ObjectFigures.Chain) async -> Connection? {
        guard let links else { return nil }
        if links.isOnlyOne { return links.main }
        let writes = chain == .storage && plan.objects.refreshesPools && links.writer != nil
        if let lane = objects[chain].lane {
            if objects[chain].isWriter == writes, await lane.isAlive { return lane }
            Task { await lane.close() }
        }
        do throws(VirError) {
            let lane = try await openLane(writes ? .readWrite : .readOnly)
            guard self.links?.main === links.main else {
                await lane.close()
                return nil
            }
            objects[chain].lane = lane
            objects[chain].isWriter = writes
            return lane
        } catch {
            log.warning("cannot open another connection to \(name): \(error)")
            return nil
        }
    }

    func isCurrent(_ run: ObjectRun) -> Bool {
        objects[run.chain].running == run.number
    }

    /// Makes the call named `call` of a run, about the object `uuid`, unless the driver has refused it before.
    func ask<Value: Sendable>(
        _ call: String, _ run: ObjectRun, at uuid: ObjectUUID? = nil,
        _ body: (Connection) async throws(VirError) -> Value
    ) async -> ObjectAnswer<Value> {
        guard isCurrent(run), !refused.contains(call) else { return .none }
        objects[run.chain].callSince = .monotonic
        objects[run.chain].at = uuid
        do throws(VirError) {
            let value = try await body(run.lane)
            await returned(run)
            return isCurrent(run) ? .answer(value) : .none
        } catch {
            await returned(run)
            if error.code == .noStoragePool || error.code == .noNetwork { return isCurrent(run) ? .gone : .none }
            if error.code == .noSupport {
                refuse(call)
            } else {
                log.debug("cannot read an object of \(name): \(error)")
            }
            return .none
        }
    }

    // MARK: Deadlines

    private func watchDeadline(of run: ObjectRun) {
        Task { [weak self] in
            // Never cancelled: it ends with the run.
            while let wait = await self?.timeLeft(for: run) { try? await Task.sleep(for: wait) }
        }
    }

    /// How long the call under way may still take; nil when the run is over.
    private func timeLeft(for run: ObjectRun) async -> Duration? {
        guard isCurrent(run) else { return nil }
        guard let since = objects[run.chain].callSince else { return plan.deadline }
        let left = plan.deadline - (.monotonic - since)
        if left > .zero { return left }
        if !objects[run.chain].isOverdue { await overdue(run) }
        return plan.deadline
    }

    private func overdue(_ run: ObjectRun) async {
        objects[run.chain].isOverdue = true
        var object: String?
        var changed: [Labels] = []
        if run.chain == .storage, let uuid = objects[.storage].at, var pool = objects.pools[uuid] {
            object = pool.name
            pool.facts.isTimedOut = true
            pool.facts.reading = nil
            pool.facts.volumes = []
            objects.pools[uuid] = pool
            changed = put(pool: uuid)
        }
        if let uuid = objects[run.chain].at, let network = objects.networks[uuid] { object = network.name }
        warnOverdue(run.chain, object)
        putHostSeries()
        await listener.changed(changed, at: .now)
    }

    /// How many pools a log line names.
    private static let namedPools = 16

    /// Says what a call that has not returned is about. A list of pools that hangs waits for one of them, and libvirt does
    /// not say for which: those that are known are named, and none is asked, since each such call may hang as well.
    private func warnOverdue(_ chain: ObjectFigures.Chain, _ object: String?) {
        var fields: Logger.Metadata = ["host": "\(name)", "object": "\(object ?? "the list")"]
        guard chain == .storage else {
            log.warning("networks and devices do not answer; none is asked until they do", metadata: fields)
            return
        }
        guard object == nil else {
            log.warning("storage does not answer; no pool is asked until it does", metadata: fields)
            return
        }
        let known = objects.pools.values.map(\.name).sorted()
        let rest = known.count > Self.namedPools ? ", …" : ""
        fields["known"] = "\(known.prefix(Self.namedPools).joined(separator: ", "))\(rest)"
        log.warning(
            "storage does not answer: the list of pools waits for one that is not told; none is asked until it does",
            metadata: fields)
    }

    /// The call under way has returned, in time or not.
    private func returned(_ run: ObjectRun) async {
        guard isCurrent(run) else { return }
        objects[run.chain].callSince = nil
        guard objects[run.chain].isOverdue else { return }
        objects[run.chain].isOverdue = false
        log.notice(
            run.chain == .storage ? "storage answers again" : "networks and devices answer again",
            metadata: ["host": "\(name)"])
        putHostSeries()
        guard run.chain == .storage, let uuid = objects[.storage].at, objects.pools[uuid] != nil else { return }
        objects.pools[uuid]?.facts.isTimedOut = false
        objects.pools[uuid]?.isDirty = true
        objects[.storage].isWanted = true
        await listener.changed(put(pool: uuid), at: .now)
    }

    /// A whole interval has passed in which nothing could be read: old numbers are none.
    private func withdrawObjects(_ chain: ObjectFigures.Chain) {
        switch chain {
        case .storage:
            for (uuid, pool) in objects.pools where pool.facts.reading != nil {
                objects.pools[uuid]?.facts.reading = nil
                objects.pools[uuid]?.facts.volumes = []
                put(pool: uuid)
            }
        case .others:
            for (uuid, network) in objects.networks where network.facts.reading != nil {
                objects.networks[uuid]?.facts.reading = nil
                objects.networks[uuid]?.facts.leases = nil
                put(network: uuid)
            }
            forgetInterfaces(Array(objects.interfaces.keys))
            board.remove([objectKey("devices")], at: .now)
        }
    }

    // MARK: Beginning and end

    /// Events were lost: what they may have told of is read again.
    private func doubtAfterDrops() {
        let dropped = objects.events?.dropped ?? 0
        guard dropped > objects.droppedBefore else { return }
        objects.droppedBefore = dropped
        objects.doubt()
    }

    /// The connection is gone: of its objects only counters stay on the board.
    func disconnectObjects() {
        if links?.isOnlyOne == false {
            for chain in ObjectFigures.Chain.allCases {
                if let lane = objects[chain].lane { Task { await lane.close() } }
            }
        }
        figures.droppedEvents += objects.events?.dropped ?? 0
        let keys =
            objects.pools.keys.flatMap { poolKeys($0) } + objects.networks.keys.map { networkKey($0) }
            + objects.interfaces.keys.map { interfaceKey($0) } + [objectKey("devices")]
        board.remove(keys, at: .now)
        objects.restart()
    }

    /// The host is watched no more.
    func forgetObjects() {
        let keys =
            objects.pools.keys.map { eventKey(.storagePool, $0) } + objects.networks.keys.map { eventKey(.network, $0) }
            + [eventKey(.nodeDevice, nil), eventKey(.secret, nil)]
        board.remove(keys, at: .now)
        objects = ObjectFigures(host: plan.label)
    }

    // MARK: Places on the board

    func objectKey(_ text: String) -> Board.Key { .host(name, .objects(text)) }
    func poolKey(_ uuid: ObjectUUID) -> Board.Key { objectKey("storage_pool \(uuid.words)") }
    func tinkoffPoolKey(_ uuid: ObjectUUID) -> Board.Key { objectKey("pool_info \(uuid.words)") }
    func poolKeys(_ uuid: ObjectUUID) -> [Board.Key] { [poolKey(uuid), tinkoffPoolKey(uuid)] }
    func networkKey(_ uuid: ObjectUUID) -> Board.Key { objectKey("network \(uuid.words)") }
    func interfaceKey(_ name: String) -> Board.Key { objectKey("interface \(name)") }
    func eventKey(_ kind: ObjectEvent.Kind, _ uuid: ObjectUUID?) -> Board.Key {
        objectKey("\(kind.rawValue)_events \(uuid?.words ?? "")")
    }
}

extension ObjectUUID {
    var words: String { DomainUUID(high: high, low: low).description }
}
