// SPDX-License-Identifier: Apache-2.0
import PromQL
import Remediation
import Sampling
import Vocabulary
import Web

/// What the pages show of the agent. Nothing here reaches libvirt.
struct AgentSite: Site {
    let board: Board
    let log: EventLog
    let rules: RuleBoard
    let queries: QueryDesk
    let silences: any SilenceKeeper
    let room: RemediationRoom
    let repairs: RepairDesk
    let version: String
    let readiness: @Sendable () async -> String?
    /// The names of the connections there are.
    let connections: @Sendable () async -> [String]
    let rulesOfChange: @Sendable () async -> ChangeRules

    func metrics(_ request: MetricsRequest) async throws(MetricsRefusal) -> MetricsText {
        var filter = PageFilter()
        if let name = request.connection {
            let names = await connections()
            guard names.contains(name) else {
                throw MetricsRefusal(
                    "There is no connection \"\(name.asOneLine)\"; there is \(names.joined(separator: ", ")).")
            }
            filter.connection = name
        }
        if !request.collectors.isEmpty { filter.families = try Self.families(of: request.collectors) }
        board.noteScrape(by: request.client)
        let page = board.page(filter)
        return MetricsText(bytes: page.bytes, generation: page.generation)
    }

    private static func families(of names: [String]) throws(MetricsRefusal) -> Set<String> {
        var families: Set<String> = []
        for name in names {
            guard let some = MetricParts.families(of: name) else {
                let known = MetricParts.names.joined(separator: ", ")
                throw MetricsRefusal("There is no collector \"\(name.asOneLine)\"; there are \(known).")
            }
            families.formUnion(some.map(\.name))
        }
        return families
    }

    func events(_ query: EventQuery) async -> EventPage {
        log.page(query)
    }

    func dialect() async -> Dialect {
        await queries.dialect
    }

    func answer(_ request: QueryRequest) async throws(QueryRefusal) -> [UInt8] {
        try await queries.answer(request)
    }

    func series(_ request: SeriesRequest) async throws(QueryRefusal) -> [UInt8] {
        try await queries.series(request)
    }

    func changeRules() async -> ChangeRules {
        await rulesOfChange()
    }

    func ruleGroups() async -> [RuleGroupReport] {
        rules.reports
    }

    func remediation(_ query: RemediationQuery) async -> RemediationReport {
        await room.report(query)
    }

    func remediationHistory(_ query: RemediationQuery) async -> RemediationHistory {
        await room.history(query)
    }

    func remediationExplanation(_ query: RemediationQuery) async -> RemediationExplanation? {
        await room.explain(query)
    }

    func remediation(
        _ kind: RemediationOrder.Kind, _ order: RemediationOrder
    ) async throws(ChangeRefusal) -> RemediationOrderTaken {
        try await repairs.carryOut(kind, order)
    }

    func reasonNotReady() async -> String? {
        await readiness()
    }
}

/// The parts of the page that can be asked for: the collectors, and what no collector fills.
enum MetricParts {
    static let names = (Collectors.all.map { type(of: $0).name } + others.keys).sorted()

    private static let others = Catalogue.others.merging([
        "agent": OwnFigures.families, "rounds": HostFigures.families,
    ]) { $0 + $1 }

    static func families(of name: String) -> [MetricFamily]? {
        others[name] ?? Collectors.all.first { type(of: $0).name == name }.map { type(of: $0).families }
    }
}
