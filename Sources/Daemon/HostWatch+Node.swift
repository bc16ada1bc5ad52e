// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Logging
import Sampling
import Vocabulary

/// When each call about the host itself was last made, and the series of its answer.
struct NodeFigures {
    /// The calls, by their names in C.
    enum Call: String, CaseIterable {
        case info = "virNodeGetInfo"
        case cpu = "virNodeGetCPUStats"
        case memory = "virNodeGetMemoryStats"
        case freePages = "virNodeGetFreePages"
        case cellMemory = "virNodeGetCellsFreeMemory"
        case sharedPages = "virNodeGetMemoryParameters"
        case topology = "virConnectGetCapabilities"

        var cadence: Duration {
            switch self {
            case .cpu, .memory: .seconds(15)
            case .freePages, .cellMemory, .sharedPages: .seconds(60)
            case .topology: .seconds(600)
            case .info: .seconds(3600)
            }
        }

        /// Whether a daemon may start QEMU before it answers, so that the call is made where no round waits for it.
        var isMadeApart: Bool { self == .topology }
        /// Whether the call asks about cells, which must be known before.
        var needsCells: Bool { self == .freePages || self == .cellMemory }
    }

    private var made: [Call: Duration] = [:]
    private var series: [Call: NodeSeries]
    var topology: HostTopology?

    init(host label: String?) {
        series = Dictionary(uniqueKeysWithValues: Call.allCases.map { ($0, NodeSeries(host: label)) })
    }

    /// The call that is due at `now`, which is monotonic, and has waited longest by its own measure: where rounds are
    /// few, none may keep another from its turn.
    func due(at now: Duration, refused: Set<String>) -> Call? {
        let waiting = Call.allCases.filter {
            !$0.isMadeApart && !refused.contains($0.rawValue)
                && ($0.needsCells ? topology?.cells.isEmpty == false : true)
        }
        let urgency = waiting.map { call in (call, made[call].map { (now - $0) / call.cadence } ?? .infinity) }
        return urgency.filter { $0.1 >= 1 }.max { $0.1 < $1.1 }?.0
    }

    func isDue(_ call: Call, at now: Duration) -> Bool {
        made[call].map { now - $0 >= call.cadence } ?? true
    }

    mutating func note(_ call: Call, at now: Duration) {
        made[call] = now
    }

    mutating func batch(of call: Call, _ reading: NodeReading, at time: Timestamp) -> SeriesBatch? {
        series[call]?.batch(reading, at: time)
    }
}

/// The host's own processors and memory, at a cadence of their own.
extension HostWatch {
    /// Makes the one call that is due, if any: a round has never more than one.
    func readNode(_ links: HostLinks) async {
        guard plan.sampling.runs(.node) else { return }
        let now = Duration.monotonic
        guard let call = node.due(at: now, refused: refused) else { return }
        // Noted though it may fail: what a host refuses is not asked in every round.
        node.note(call, at: now)
        do throws(VirError) {
            guard let reading = try await ask(call, links.main) else { return }
            put(reading, of: call)
        } catch {
            if error.code == .noSupport { refuse(call.rawValue) }
            board.remove([.host(name, .node(call.rawValue))], at: .now)
        }
    }

    private func ask(_ call: NodeFigures.Call, _ main: Connection) async throws(VirError) -> NodeReading? {
        let cells = node.topology?.cells.map(\.number) ?? []
        return switch call {
        case .info: .info(try await main.node())
        case .cpu: .cpu(try await main.nodeCPU())
        case .memory: .memory(try await main.nodeMemory())
        case .freePages:
            .freePages(try await main.freePages(ofSizes: node.topology?.pageSizes ?? [], in: cells))
        case .cellMemory: .cellMemory(try await main.freeMemory(in: cells))
        case .sharedPages: .sharedPages(try await main.sharedPages())
        case .topology: nil
        }
    }

    /// The call that may take long, in the chain that may wait.
    ///
    /// How many guests SEV can hide is not read: libvirt tells that on a read-write connection only.
    func readNodeApart(_ run: ObjectRun) async {
        let now = Duration.monotonic
        guard isCurrent(run), node.isDue(.topology, at: now) else { return }
        node.note(.topology, at: now)
        let answer = await ask(NodeFigures.Call.topology.rawValue, run) { (lane) throws(VirError) in
            try await lane.capabilities()
        }
        guard let xml = answer.value else { return }
        do throws(XMLError) {
            let topology = try HostTopology(parsing: xml)
            node.topology = topology
            put(.topology(topology), of: .topology)
        } catch {
            log.warning("cannot read the host's capabilities", metadata: ["why": "\(error)", "host": "\(name)"])
        }
    }

    private func put(_ reading: NodeReading, of call: NodeFigures.Call) {
        guard links != nil else { return }
        answered.insert(call.rawValue)
        if let batch = node.batch(of: call, reading, at: .now) {
            board.put(batch, as: .host(name, .node(call.rawValue)))
        }
    }

    /// The host has gone: nothing of it is known any more.
    func forgetNode() {
        board.remove(NodeFigures.Call.allCases.map { .host(name, .node($0.rawValue)) }, at: .now)
        node = NodeFigures(host: plan.label)
    }
}
