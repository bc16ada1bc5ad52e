// SPDX-License-Identifier: Apache-2.0
public import Alerting
public import Notifying
public import Remediation
public import Web

/// Everything the agent is told, checked: what a configuration file, or none, amounts to.
public struct Settings: Sendable {
    public var connections: [ConnectionSettings]
    public var sampling: SamplingSettings
    public var web: WebSettings
    /// The groups of all rule files, in the order of the files.
    public var ruleGroups: [RuleGroup]
    public var notifying: NotifierSettings
    public var remediation: RemediationSettings
    /// Where what must outlive the agent is kept; nil keeps it in memory.
    public var stateDirectory: String?

    public init(
        connections: [ConnectionSettings] = [ConnectionSettings()], sampling: SamplingSettings = SamplingSettings(),
        web: WebSettings = WebSettings(), ruleGroups: [RuleGroup] = [],
        notifying: NotifierSettings = NotifierSettings(), remediation: RemediationSettings = RemediationSettings(),
        stateDirectory: String? = nil
    ) {
        self.connections = connections
        self.sampling = sampling
        self.web = web
        self.ruleGroups = ruleGroups
        self.notifying = notifying
        self.remediation = remediation
        self.stateDirectory = stateDirectory
    }
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

/// How often domains are sampled, and how long an answer may take.
public struct SamplingSettings: Hashable, Sendable {
    /// What an interval may be.
    public static let intervals = Duration.milliseconds(500) ... .seconds(3600)

    public var interval: Duration
    public var deadline: Duration
    /// Shell patterns of the names of domains that are watched, and of those that are passed over.
    public var include: [String]
    public var exclude: [String]
    /// Whether guests' agents are asked, over a read-write connection.
    public var asksGuests: Bool

    public init(
        interval: Duration = .seconds(10), deadline: Duration = .seconds(3), include: [String] = ["*"],
        exclude: [String] = [], asksGuests: Bool = false
    ) {
        self.interval = interval
        self.deadline = deadline
        self.include = include
        self.exclude = exclude
        self.asksGuests = asksGuests
    }
}

/// Where the pages are.
public struct WebSettings: Hashable, Sendable {
    public static let defaultListener = Listener.tcp(host: "127.0.0.1", port: 9177)

    public var listen: [Listener]
    /// Where people find the agent, in messages; nil for this host's name and the first port.
    public var externalURL: String?

    public init(listen: [Listener] = [WebSettings.defaultListener], externalURL: String? = nil) {
        self.listen = listen
        self.externalURL = externalURL
    }
}
