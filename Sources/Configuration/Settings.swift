// SPDX-License-Identifier: Apache-2.0
public import Alerting
public import DomainXML
public import Notifying
public import PromQL
public import Remediation
public import Sampling
public import Web

/// Everything the agent is told, checked: what a configuration file, or none, amounts to.
public struct Settings: Sendable {
    public var connections: [ConnectionSettings]
    public var sampling: SamplingSettings
    /// What becomes labels of the domains' metadata.
    public var metadata: MetadataPaths
    public var web: WebSettings
    public var promql: PromQLSettings
    /// The groups of all rule files, in the order of the files.
    public var ruleGroups: [RuleGroup]
    public var notifying: NotifierSettings
    public var alertmanagers = AlertmanagerSettings()
    /// Which events receivers are told of.
    public var eventRoutes: [EventRoute] = []
    public var remediation: RemediationSettings
    /// Whether programs are run: receivers', and those of repairs.
    public var allowsPrograms = false
    /// Where what must outlive the agent is kept; nil keeps it in memory.
    public var stateDirectory: String?

    public init(
        connections: [ConnectionSettings] = [ConnectionSettings()], sampling: SamplingSettings = SamplingSettings(),
        metadata: MetadataPaths = .none, web: WebSettings = WebSettings(),
        promql: PromQLSettings = PromQLSettings(), ruleGroups: [RuleGroup] = [],
        notifying: NotifierSettings = NotifierSettings(), remediation: RemediationSettings = RemediationSettings(),
        stateDirectory: String? = nil
    ) {
        self.connections = connections
        self.sampling = sampling
        self.metadata = metadata
        self.web = web
        self.promql = promql
        self.ruleGroups = ruleGroups
        self.notifying = notifying
        self.remediation = remediation
        self.stateDirectory = stateDirectory
    }
}

/// Which PromQL rules and queries speak, and over what.
public struct PromQLSettings: Hashable, Sendable {
    public var dialect = Dialect.default
    /// How far back all series are kept, for whoever asks; zero keeps only what rules read, as far as they read it.
    public var history = Duration.zero

    public init() {}
}

/// One libvirt host.
public struct ConnectionSettings: Hashable, Sendable {
    /// The label `host`, when there are several.
    public var name: String
    /// libvirt's default connection when nil.
    public var uri: String?

    public init(name: String = "local", uri: String? = nil) {
        self.name = name
        self.uri = uri
    }
}

/// Other exporters whose dashboards can go on; each is a collector of that name.
public enum CompatibilityMode: String, CaseIterable, Sendable {
    case inovex, kumina, tinkoff

    /// Collectors that go with it, unless the settings say something of them. Series that no collector makes (of the host,
    /// of pools) go by whether the one of its own name runs.
    var companions: [String] {
        switch self {
        case .inovex: [InovexJobCollector.name, InovexStateCollector.name]
        case .kumina: [KuminaStateCollector.name]
        case .tinkoff: [TinkoffLimitCollector.name, TinkoffStateCollector.name, VCPUPlaceCollector.name]
        }
    }
}

/// Which domains are sampled, what of them, how often, and how long an answer may take.
public struct SamplingSettings: Hashable, Sendable {
    /// What an interval may be.
    public static let intervals = Duration.milliseconds(500) ... .seconds(3600)

    /// State, traffic, CPU time: what costs the host little.
    public var interval: Duration
    /// What only the monitors know: disks, balloons, vCPUs.
    public var monitorInterval: Duration
    /// What changes seldom or costs a call a domain: storage pools, networks, jobs, limits.
    public var slowInterval: Duration
    /// Whether each volume and each DHCP lease has series, and whether pools are refreshed before they are read.
    public var volumes = false
    public var leases = false
    public var poolRefresh = false
    /// Whether every series of a domain has its UUID as a label.
    public var uuidLabel = false
    /// Shell patterns of the hypervisor's own statistics that the collector `hypervisor` shows.
    public var hypervisorNames = ["*"]
    /// Whether guests' agents are asked, over a read-write connection.
    public var asksGuests = false
    public var deadline: Duration
    /// The most domains of one host that are watched, and the most series of all hosts that are kept.
    public var maxDomains: Int
    public var maxSeries: Int
    /// Patterns of the names of domains that are watched, and of those that are passed over.
    public var include: [String]
    public var exclude: [String]
    /// What is wished of single collectors, by their names.
    public var collectors: [String: SamplingPlan.Choice]

    public init(
        interval: Duration = .seconds(10), monitorInterval: Duration = .seconds(30),
        slowInterval: Duration = .seconds(60), deadline: Duration = .seconds(3),
        maxDomains: Int = 10_000, maxSeries: Int = 1_000_000, include: [String] = ["*"], exclude: [String] = [],
        collectors: [String: SamplingPlan.Choice] = [:]
    ) {
        self.interval = interval
        self.monitorInterval = monitorInterval
        self.slowInterval = slowInterval
        self.deadline = deadline
        self.maxDomains = maxDomains
        self.maxSeries = maxSeries
        self.include = include
        self.exclude = exclude
        self.collectors = collectors
    }

    /// Adds another exporter's series, at the interval that is wished for them if one is.
    public mutating func take(_ mode: CompatibilityMode) {
        if collectors[mode.rawValue, default: .off] == .off { collectors[mode.rawValue] = .on }
        for name in mode.companions where collectors[name] == nil { collectors[name] = .on }
    }

    public var plan: SamplingPlan {
        SamplingPlan(
            interval: interval, monitorInterval: monitorInterval, slowInterval: slowInterval, choices: collectors,
            hasUUIDLabel: uuidLabel, hypervisorNames: hypervisorNames)
    }
}

/// Where the pages are.
public struct WebSettings: Hashable, Sendable {
    public static let defaultListener = Listener.tcp(host: "127.0.0.1", port: 9177)

    public var listen: [Listener]
    /// Where people find the agent, in messages; nil for this host's name and the first port.
    public var externalURL: String?
    /// Whether each line of a page ends with the time of its sample.
    public var timestamps = false
    /// How long a query of a client may take, its wait included, and how many run at once.
    public var queryTimeout = Duration.seconds(30)
    public var maxQueries = 4
    /// Whether silences and maintenances may come over the network too.
    public var allowChanges = false

    public init(listen: [Listener] = [WebSettings.defaultListener], externalURL: String? = nil) {
        self.listen = listen
        self.externalURL = externalURL
    }
}
