// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Logging
import Sampling
import Vocabulary

/// What is known of one domain's guest agent.
struct GuestWatch {
    var sampler: DomainSampler
    var isConnected = false
    /// Whether it answered when it was last asked; true before that.
    var answers = true
    var info: GuestInfo?
    /// When it was last asked, on the monotonic clock.
    var asked: Duration?

    /// Whether it answered the last time; nil when it was not asked yet.
    var isHeard: Bool? { asked.map { _ in answers } }

    init(_ sampler: DomainSampler) {
        self.sampler = sampler
    }

    mutating func connected(_ isConnected: Bool) {
        // An agent that connects anew has not failed to answer yet.
        if isConnected != self.isConnected { answers = true }
        self.isConnected = isConnected
        if !isConnected { info = nil }
    }
}

/// The lane in which agents are asked, and what goes on in it.
struct GuestLane {
    /// Calls that may hang at once; each holds one of libvirt's few workers.
    static let limit = 2

    var connection: Connection?
    /// Lanes whose call has not returned in time.
    var lost: [Connection] = []
    /// Counts the passes; one that is not the newest has been given up.
    var pass = 0
    var isRunning = false
    /// The call that is under way, by its number.
    var call: Int?
    var calls = 0
    /// When a connection may be opened again after it was refused, on the monotonic clock.
    var opensAt = Duration.zero
    var saidRefused = false

    mutating func beginCall() -> Int {
        calls += 1
        call = calls
        return calls
    }
}

/// Guest agents: whether they are connected, told by events and definitions; what they say, where the configuration
/// allows to ask them, over a read-write connection of its own, one domain at a time, each with a deadline.
extension HostWatch {
    /// Notes what an event says of the domain's agent; the series that it changed.
    func noteAgent(_ event: DomainEvent, of uuid: ObjectUUID) -> [Labels] {
        switch event.kind {
        case "agent_lifecycle": domains[uuid]?.guest.connected(event.detail == "connected")
        case "lifecycle": if event.detail.hasPrefix("stopped_") { domains[uuid]?.guest.connected(false) }
        default: return []
        }
        return putGuest(of: uuid, at: .now)
    }

    /// Puts what is known of the domain's agent on the board; the series that it changed.
    @discardableResult
    func putGuest(of uuid: ObjectUUID, at now: Timestamp) -> [Labels] {
        guard let domain = domains[uuid] else { return [] }
        let key = Board.Key.domain(domain.identity, .guest)
        guard domain.isGuestAgentUp != nil else {
            board.remove([key], at: now)
            return []
        }
        let reading = domain.reading(DomainStats(uuid: uuid, name: domain.identity.name))
        let batch = domain.guest.sampler.batch(reading, collectors: [GuestCollector()], at: now)
        return batch.changes(since: board.put(batch, as: key))
    }

    // MARK: Asking

    /// Begins to ask the agents whose turn it is, if none is being asked: a few in each round, so that each is asked
    /// once in the plan's guest interval.
    func startGuestRound() {
        guard plan.asksGuests, links != nil else { return }
        silenceHung()
        dropOldGuests()
        guard !guests.isRunning, guests.lost.count < GuestLane.limit, Duration.monotonic >= guests.opensAt else {
            return
        }
        let due = dueGuests(at: .monotonic)
        guard !due.isEmpty else { return }
        guests.isRunning = true
        guests.pass += 1
        let pass = guests.pass
        Task {
            for uuid in due where self.guests.pass == pass { await self.ask(uuid, pass) }
            if self.guests.pass == pass { self.guests.isRunning = false }
        }
    }

    /// A domain whose monitor hangs is not asked: what its agent said before may be true no more.
    private func silenceHung() {
        let changed = hung.flatMap { uuid -> [Labels] in
            guard domains[uuid]?.guest.answers == true else { return [] }
            domains[uuid]?.guest.answers = false
            domains[uuid]?.guest.info = nil
            return putGuest(of: uuid, at: .now)
        }
        guard !changed.isEmpty else { return }
        Task { await self.listener.changed(changed, at: .now) }
    }

    /// What a guest said long ago, because no lane is free to ask it in, is not shown as if it were so now.
    private func dropOldGuests() {
        let oldest = Duration.monotonic - plan.guestInterval * 3
        let changed = domains.flatMap { uuid, domain -> [Labels] in
            guard domain.guest.info != nil, let asked = domain.guest.asked, asked < oldest else { return [] }
            domain.guest.info = nil
            return putGuest(of: uuid, at: .now)
        }
        guard !changed.isEmpty else { return }
        Task { await self.listener.changed(changed, at: .now) }
    }

    private func dueGuests(at now: Duration) -> [ObjectUUID] {
        let able = domains.filter { uuid, domain in
            domain.guest.isConnected && domain.status.state == .running && !hung.contains(uuid)
        }
        let share = max(
            1, Int((Double(able.count) * plan.interval.inSeconds / plan.guestInterval.inSeconds).rounded(.up)))
        let due = able.filter { $0.value.guest.asked.map { now - $0 >= plan.guestInterval } ?? true }
        return due.sorted { ($0.value.guest.asked ?? .zero) < ($1.value.guest.asked ?? .zero) }.prefix(share).map(\.key)
    }

    private func ask(_ uuid: ObjectUUID, _ pass: Int) async {
        guard let lane = await guestLane(), guests.pass == pass, domains[uuid] != nil else { return }
        domains[uuid]?.guest.asked = .monotonic
        // The agent has the deadline for each of its answers, of which there are several.
        let (patience, whole) = (plan.deadline, plan.deadline * 3)
        let call = guests.beginCall()
        let limit = Task { [weak self] in
            // Cancelled when the call returns.
            try? await Task.sleep(for: whole)
            if !Task.isCancelled { await self?.guestOverdue(uuid, call) }
        }
        var info: GuestInfo?
        var failure: VirError?
        do throws(VirError) {
            info = try await lane.guestInfo(of: uuid, timeout: patience)
        } catch {
            failure = error
        }
        limit.cancel()
        guard guests.call == call else { return comeBack(lane) }
        guests.call = nil
        await take(info, failure, of: uuid)
    }

    private func take(_ info: GuestInfo?, _ failure: VirError?, of uuid: ObjectUUID) async {
        guard let domain = domains[uuid] else { return }
        domain.guest.info = domain.guest.isConnected ? info : nil
        // An error that comes from elsewhere says nothing of the agent.
        let answers: Bool? = failure == nil ? true : failure?.code == .agentUnresponsive ? false : nil
        domain.guest.answers = answers ?? domain.guest.answers
        if let failure {
            log.debug(
                "cannot ask a guest's agent",
                metadata: ["domain": "\(domain.identity.name)", "host": "\(name)", "why": "\(failure)"])
        }
        await listener.changed(putGuest(of: uuid, at: .now), at: .now)
        if let answers { await tellVitals(of: uuid, agentAnswers: answers) }
    }

    /// The connection to ask agents over, opened when there is none.
    private func guestLane() async -> Connection? {
        if let lane = guests.connection, await lane.isAlive { return lane }
        guard let links, Duration.monotonic >= guests.opensAt else { return nil }
        if links.isOnlyOne { return links.main }
        do throws(VirError) {
            let lane = try await openLane(.readWrite)
            guard let now = self.links, now.main === links.main, plan.asksGuests else {
                await lane.close()
                return nil
            }
            guests.connection = lane
            return lane
        } catch {
            guests.opensAt = .monotonic + plan.guestInterval
            if !guests.saidRefused {
                log.warning("cannot ask guest agents of \(name), which takes a read-write connection: \(error)")
            }
            guests.saidRefused = true
            return nil
        }
    }

    /// The call has not returned in time: its lane is given up until it does.
    private func guestOverdue(_ uuid: ObjectUUID, _ call: Int) async {
        guard guests.call == call, let lane = guests.connection else { return }
        guests.call = nil
        guests.pass += 1
        guests.isRunning = false
        guests.lost.append(lane)
        guests.connection = nil
        domains[uuid]?.guest.answers = false
        domains[uuid]?.guest.info = nil
        figures.overdueCalls += 1
        await listener.changed(putGuest(of: uuid, at: .now), at: .now)
    }

    /// A call that had been given up has returned.
    private func comeBack(_ lane: Connection) {
        guard let index = guests.lost.firstIndex(where: { $0 === lane }) else { return }
        guests.lost.remove(at: index)
        Task { await lane.close() }
    }

    // MARK: Ending

    /// The host does not answer: what agents said is known no more.
    func loseGuests() {
        areGuestsLost = true
        for domain in domains.values { (domain.guest.info, domain.guest.asked) = (nil, nil) }
    }

    /// The host answers again: whether agents are connected has been told all the time.
    func returnGuests() {
        guard areGuestsLost else { return }
        areGuestsLost = false
        for uuid in domains.keys { putGuest(of: uuid, at: .now) }
    }

    /// Forgets what agents said, and the lane: the host has gone, or they are not to be asked any more.
    func leaveGuests() {
        // Nobody waits: a lane may hang in a call.
        for lane in guests.lost + [guests.connection].compactMap({ $0 }) { Task { await lane.close() } }
        let (pass, calls) = (guests.pass + 1, guests.calls)
        guests = GuestLane()
        guests.pass = pass
        guests.calls = calls
        for uuid in domains.keys {
            domains[uuid]?.guest.info = nil
            domains[uuid]?.guest.answers = true
            domains[uuid]?.guest.asked = nil
            if links != nil { putGuest(of: uuid, at: .now) }
        }
    }
}
