// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Sampling
import Vocabulary

/// When each call about the host itself was last made, and the series of its answer.
struct NodeFigures {
    /// The calls, by their names in C.
    enum Call: String, CaseIterable {
        case info = "virNodeGetInfo"
        case cpu = "virNodeGetCPUStats"
        case memory = "virNodeGetMemoryStats"

        var cadence: Duration { self == .info ? .seconds(3600) : .seconds(15) }
    }

    private var made: [Call: Duration] = [:]
    private var series: [Call: NodeSeries]

    init(host label: String?) {
        series = Dictionary(uniqueKeysWithValues: Call.allCases.map { ($0, NodeSeries(host: label)) })
    }

    /// The call that is due at `now`, which is monotonic.
    func due(at now: Duration) -> Call? {
        Call.allCases.first { call in made[call].map { now - $0 >= call.cadence } ?? true }
    }

    mutating func note(_ call: Call, at now: Duration) {
        made[call] = now
    }

    mutating func batch(
        of call: Call, info: NodeInfo?, cpu: [NodeStat], memory: [NodeStat], at time: Timestamp
    ) -> SeriesBatch? {
        series[call]?.batch(info: info, cpu: cpu, memory: memory, at: time)
    }
}

/// The host's own processors and memory, at a cadence of their own.
extension HostWatch {
    /// Makes the one call that is due, if any: a round has never more than one.
    func readNode(_ links: HostLinks) async {
        let now = Duration.monotonic
        guard let call = node.due(at: now) else { return }
        // Noted though it may fail: what a host refuses is not asked in every round.
        node.note(call, at: now)
        guard !refused.contains(call.rawValue) else { return }
        var info: NodeInfo?
        var cpu: [NodeStat] = []
        var memory: [NodeStat] = []
        do throws(VirError) {
            switch call {
            case .info: info = try await links.main.node()
            case .cpu: cpu = try await links.main.nodeCPU()
            case .memory: memory = try await links.main.nodeMemory()
            }
            answered.insert(call.rawValue)
        } catch {
            if error.code == .noSupport { refuse(call.rawValue) }
            return
        }
        guard self.links != nil else { return }
        if let batch = node.batch(of: call, info: info, cpu: cpu, memory: memory, at: .now) {
            board.put(batch, as: .host(name, .node(call.rawValue)))
        }
    }

    /// The host has gone: nothing of it is known any more.
    func forgetNode() {
        board.remove(NodeFigures.Call.allCases.map { .host(name, .node($0.rawValue)) }, at: .now)
        node = NodeFigures(host: plan.label)
    }
}
