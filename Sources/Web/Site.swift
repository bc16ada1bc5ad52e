// SPDX-License-Identifier: Apache-2.0
public import PromQL
public import Vocabulary

/// What the pages show. No call here may reach libvirt.
public protocol Site: Sendable {
    /// The program's version.
    var version: String { get }
    /// The newest snapshot in text format 0.0.4; throws a sentence about what was asked for and is not there.
    func metrics(_ request: MetricsRequest) async throws(MetricsRefusal) -> MetricsText
    func events(_ query: EventQuery) async -> EventPage
    var silences: any SilenceKeeper { get }
    /// Who may change something.
    func changeRules() async -> ChangeRules
    /// Which PromQL queries speak.
    func dialect() async -> Dialect
    /// The answer to a query, as `PrometheusJSON` writes it. Runs where it holds up nothing else.
    func answer(_ request: QueryRequest) async throws(QueryRefusal) -> [UInt8]
    /// Which series there are, as `PrometheusJSON` writes it.
    func series(_ request: SeriesRequest) async throws(QueryRefusal) -> [UInt8]
    /// How the rules stand, sorted by file and name.
    func ruleGroups() async -> [RuleGroupReport]
    /// How repair stands, and what was done.
    func remediation(_ query: RemediationQuery) async -> RemediationReport
    func remediationHistory(_ query: RemediationQuery) async -> RemediationHistory
    /// nil when nothing is known of the domain.
    func remediationExplanation(_ query: RemediationQuery) async -> RemediationExplanation?
    /// Carries out what an operator orders of repair.
    func remediation(
        _ kind: RemediationOrder.Kind, _ order: RemediationOrder
    ) async throws(ChangeRefusal) -> RemediationOrderTaken
    /// Why the agent is not ready to be relied on, one sentence; nil when it is.
    func reasonNotReady() async -> String?
}

extension Site {
    public func remediation(_ query: RemediationQuery) async -> RemediationReport {
        RemediationReport(mode: "off", domains: [])
    }

    public func remediationHistory(_ query: RemediationQuery) async -> RemediationHistory {
        RemediationHistory(steps: [])
    }

    public func remediationExplanation(_ query: RemediationQuery) async -> RemediationExplanation? { nil }

    public func remediation(
        _ kind: RemediationOrder.Kind, _ order: RemediationOrder
    ) async throws(ChangeRefusal) -> RemediationOrderTaken {
        throw ChangeRefusal(.unavailable, "nothing is repaired here")
    }
}

/// Which part of the snapshot is asked for, and by whom.
public struct MetricsRequest: Hashable, Sendable {
    /// A configured connection's name; all of them when nil.
    public var connection: String?
    /// Names of collectors; everything when empty.
    public var collectors: [String]
    /// The client's address, without its port.
    public var client: String

    public init(connection: String? = nil, collectors: [String] = [], client: String = "") {
        self.connection = connection
        self.collectors = collectors
        self.client = client
    }
}

/// Why there is no such page, a sentence.
public struct MetricsRefusal: Error, Hashable, Sendable {
    public let sentence: String

    public init(_ sentence: String) {
        self.sentence = sentence
    }
}

/// A rendered snapshot. Two with the same generation have the same bytes.
public struct MetricsText: Sendable {
    public let bytes: [UInt8]
    public let generation: UInt64

    public init(bytes: [UInt8], generation: UInt64) {
        self.bytes = bytes
        self.generation = generation
    }
}
