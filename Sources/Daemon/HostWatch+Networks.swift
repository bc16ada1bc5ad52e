// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Logging
import Sampling
import Vocabulary

/// The chain that reads networks, host interfaces, devices and secrets.
extension HostWatch {
    func readOthers(_ run: ObjectRun) async {
        let sampling = plan.sampling
        if sampling.runs(.network) { await readNetworks(run) }
        if run.readsAll, sampling.runs(.hostInterface) { await readInterfaces(run) }
        if sampling.runs(.nodeDevice) { await countDevices(run) }
        if run.readsAll, sampling.runs(.node), isCurrent(run) { await readNodeApart(run) }
    }

    // MARK: Networks

    private func readNetworks(_ run: ObjectRun) async {
        if run.readsAll { await listNetworks(run) }
        let wanted = objects.networks.filter { run.readsAll || $0.value.isDirty }
        for (uuid, _) in wanted.sorted(by: { $0.value.name < $1.value.name }) where isCurrent(run) {
            await read(network: uuid, run)
        }
    }

    private func listNetworks(_ run: ObjectRun) async {
        let began = Duration.monotonic
        let answer = await ask("virConnectListAllNetworks", run) { (lane) throws(VirError) in
            try await lane.networks()
        }
        guard isCurrent(run), let listed = answer.value else { return }
        let names = Dictionary(listed.map { ($0.uuid, $0.name) }, uniquingKeysWith: { first, _ in first })
        for (uuid, network) in objects.networks where network.met < began && names[uuid] == nil {
            forget(network: uuid)
        }
        for network in listed { await listener.changed(meet(network: network), at: .now) }
    }

    /// Takes a network in, unless it is known by this name; the series that begin with it.
    func meet(network: ObjectName) -> [Labels] {
        if let known = objects.networks[network.uuid] {
            guard known.name != network.name else { return [] }
            forget(network: network.uuid)
        }
        // Another network may have had the name.
        for (uuid, known) in objects.networks where known.name == network.name { forget(network: uuid) }
        objects.adopt(network: network)
        return putCounters(.network, network.uuid)
    }

    private func forget(network uuid: ObjectUUID) {
        guard objects.networks.removeValue(forKey: uuid) != nil else { return }
        board.remove([networkKey(uuid), eventKey(.network, uuid)], at: .now)
    }

    private func read(network uuid: ObjectUUID, _ run: ObjectRun) async {
        guard objects.networks[uuid] != nil else { return }
        // Before the calls: an event that comes while they run asks for them again.
        objects.networks[uuid]?.isDirty = false
        let without = refused
        let answer = await ask("virNetworkLookupByUUID", run, at: uuid) { (lane) throws(VirError) in
            try await lane.network(uuid, refused: without)
        }
        if case .gone = answer { return forget(network: uuid) }
        for call in answer.value?.refused.subtracting(without).sorted() ?? [] { refuse(call) }
        guard isCurrent(run) else { return }
        let reading = answer.value?.reading
        let description = await describe(network: uuid, run)
        var leases: [DHCPLease]?
        if reading?.isActive == true, description?.hasDHCP == true {
            leases = await ask("virNetworkGetDHCPLeases", run, at: uuid) { (lane) throws(VirError) in
                try await lane.leases(ofNetwork: uuid)
            }.value
        }
        guard isCurrent(run), objects.networks[uuid] != nil else { return }
        objects.networks[uuid]?.facts.reading = reading
        objects.networks[uuid]?.facts.description = description
        objects.networks[uuid]?.facts.leases = leases
        await listener.changed(put(network: uuid), at: .now)
    }

    private func describe(network uuid: ObjectUUID, _ run: ObjectRun) async -> NetworkDescription? {
        let known = objects.networks[uuid]?.facts.description
        let isOld = objects.networks[uuid]?.isStale == true || run.readsAll && !objects.hears(.network)
        if known != nil, !isOld { return known }
        objects.networks[uuid]?.isStale = false
        let answer = await ask("virNetworkGetXMLDesc", run, at: uuid) { (lane) throws(VirError) in
            try await lane.xml(ofNetwork: uuid)
        }
        guard let xml = answer.value else { return known }
        do throws(XMLError) {
            return try NetworkDescription(parsing: xml)
        } catch {
            log.warning("cannot read a definition", metadata: ["why": "\(error)", "host": "\(name)"])
            return nil
        }
    }

    /// Puts what is known of a network on the board; the series that changed.
    @discardableResult
    func put(network uuid: ObjectUUID) -> [Labels] {
        guard var network = objects.networks[uuid] else { return [] }
        let batch = network.series.batch(network.facts, listsLeases: plan.objects.leases, at: .now)
        objects.networks[uuid] = network
        return batch.changes(since: board.put(batch, as: networkKey(uuid)))
    }

    // MARK: Interfaces

    private func readInterfaces(_ run: ObjectRun) async {
        let answer = await ask("virConnectListAllInterfaces", run) { (lane) throws(VirError) in
            try await lane.interfaces()
        }
        guard isCurrent(run), let listed = answer.value else { return }
        let own = listed.filter { !isOfDomain($0.name) }.sorted { $0.name < $1.name }
            .prefix(ObjectFigures.interfaceLimit)
        let names = Set(own.map(\.name))
        forgetInterfaces(objects.interfaces.keys.filter { !names.contains($0) })
        for interface in own where isCurrent(run) { await read(interface, run) }
    }

    /// Whether the interface is a domain's end of a cable, which has series of its own.
    private func isOfDomain(_ interface: String) -> Bool {
        ["vnet", "macvtap", "macvlan"].contains { prefix in
            interface.hasPrefix(prefix) && interface.utf8.dropFirst(prefix.utf8.count).allSatisfy { 0x30...0x39 ~= $0 }
        }
            || domains.values.contains { domain in
                domain.description?.interfaces.contains { $0.target == interface } ?? false
            }
    }

    private func read(_ listed: HostInterface, _ run: ObjectRun) async {
        let known = objects.interfaces[listed.name]
        let now = Duration.monotonic
        var one =
            known
            ?? .init(
                listed: listed, describedAt: now,
                series: HostInterfaceSeries(interface: listed.name, host: objects.host))
        if known?.listed != listed || now - one.describedAt >= ObjectFigures.belief {
            let answer = await ask("virInterfaceGetXMLDesc", run) { (lane) throws(VirError) in
                try await lane.xml(ofInterface: listed.name)
            }
            guard isCurrent(run) else { return }
            one.listed = listed
            one.describedAt = now
            // A definition that cannot be read says nothing; the interface itself was listed.
            one.description = answer.value.flatMap { try? InterfaceDescription(parsing: $0) }
        }
        let batch = one.series.batch(listed, one.description, at: .now)
        objects.interfaces[listed.name] = one
        await listener.changed(batch.changes(since: board.put(batch, as: interfaceKey(listed.name))), at: .now)
    }

    func forgetInterfaces(_ names: [String]) {
        for name in names { objects.interfaces[name] = nil }
        board.remove(names.map { interfaceKey($0) }, at: .now)
    }

    // MARK: Devices and secrets

    /// Counts devices after an event about one, and secrets each time: a call more for each capability, and one.
    private func countDevices(_ run: ObjectRun) async {
        let now = Duration.monotonic
        let isKnown = objects.devicesAt.map { now - $0 < ObjectFigures.belief } ?? false
        if !isKnown || run.readsAll && !objects.hears(.nodeDevice) {
            objects.devicesAt = now
            let answer = await ask("virNodeNumOfDevices", run) { (lane) throws(VirError) in
                try await lane.nodeDevices()
            }
            guard isCurrent(run) else { return }
            objects.devices = answer.value
        }
        let answer = await ask("virConnectNumOfSecrets", run) { (lane) throws(VirError) in
            try await lane.secretCount()
        }
        guard isCurrent(run) else { return }
        objects.secrets = answer.value
        let batch = objects.deviceSeries.batch(devices: objects.devices, secrets: objects.secrets, at: .now)
        await listener.changed(batch.changes(since: board.put(batch, as: objectKey("devices"))), at: .now)
    }
}
