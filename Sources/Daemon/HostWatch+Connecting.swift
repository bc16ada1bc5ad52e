// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Logging
import Sampling
import Vocabulary

/// The connections to the host: opened, tried again until libvirt answers, and given up when it is gone.
extension HostWatch {
    func disconnect() {
        disconnectObjects()
        if links?.isOnlyOne == false { lanes?.close() }
        links?.close()
        figures.droppedEvents += events?.dropped ?? 0
        events = nil
        links = nil
        lanes = nil
        monitorCall = nil
        hung = []
        clock.reset()
        retries = [:]
        callQueue.removeAll()
        detailQueues = [:]
        // The next daemon may be a newer one.
        refused = withheld
        answered = []
        leaveGuests()
        forgetNode()
        for uuid in domains.keys { domains[uuid]?.isTimedOut = false }
    }

    func connect() {
        connecting = Task { await self.keepConnecting() }
    }

    private func keepConnecting() async {
        var wait = Duration.milliseconds(500)
        var said: String?
        while !isStopped, links == nil {
            do throws(VirError) {
                let opened = try await HostLinks.open(plan.uri, writes: plan.writes, within: plan.openingDeadline)
                try await begin(opened)
                return
            } catch {
                putHostSeries()
                if said != error.description {
                    said = error.description
                    log.warning("cannot watch \(name): \(error); trying again until it answers")
                }
            }
            // Silence is right: a cancelled wait means that the agent stops, and the loop's condition sees that.
            try? await Task.sleep(for: wait * Double.random(in: 0.8...1.2))
            wait = min(wait * 2, .seconds(15))
        }
    }

    /// Registers for events first, lists after, compares with what was last known: nothing falls between.
    private func begin(_ opened: HostLinks) async throws(VirError) {
        let stream: EventStream
        let lane: Connection
        let listed: [ListedDomain]
        do throws(VirError) {
            stream = try await opened.main.subscribe(buffer: 8192)
            versions = try await opened.main.versions()
            listed = try await opened.main.domains()
            lane = opened.isOnlyOne ? opened.main : try await openLane()
        } catch {
            opened.close()
            throw error
        }
        guard !isStopped else {
            if !opened.isOnlyOne { Task { await lane.close() } }
            return opened.close()
        }
        links = opened
        isSilent = false
        events = stream
        answered = ["virConnectGetVersion", "virConnectListAllDomains"]
        if stream.isHeard {
            answered.insert("virConnectDomainEventRegisterAny")
        } else {
            refuse("virConnectDomainEventRegisterAny")
        }
        lanes = Lanes(lane)
        let changed = putHostSeries()
        await reconcile(listed, opened)
        await listener.changed(changed, at: .now)
        log.info("watching \(name)", metadata: ["uri": "\(opened.main.uri)", "domains": "\(listed.count)"])
        sayWriterProblem()
        Task { [weak self] in
            for await event in stream.events { await self?.hear(event) }
        }
        Task { [weak self] in
            for await flood in stream.floods { await self?.quiet(flood) }
        }
        Task { [weak self] in
            let reason = await opened.ended()
            await self?.lost(opened, because: reason)
        }
        round()
        Task { [weak self] in await self?.beginObjects(opened) }
    }

    private func lost(_ old: HostLinks, because reason: CloseReason?) async {
        guard let links, links.main === old.main, !isStopped else { return }
        disconnect()
        figures.reconnects += 1
        withdraw(Set(CollectorTier.allCases), nil)
        log.warning(
            "lost libvirt of \(name)", metadata: ["reason": "\(reason?.name ?? "closed")", "next": "connecting again"])
        await listener.changed(putHostSeries(), at: .now)
        connect()
    }
}
