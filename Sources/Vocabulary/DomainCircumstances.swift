// SPDX-License-Identifier: Apache-2.0

/// What stands around a domain when its facts are read: who works on it, what it needs, and signs of life.
public struct DomainCircumstances: Hashable, Sendable, Codable {
    /// The work on the domain that must not be disturbed: `snapshot`, `backup`, `migration` …; nil when there is none.
    public var job: String?
    /// What the domain shares with others: `pool default`, `network lan`.
    public var resources: [String]
    /// What of it is not there, a clause each: `pool default is inactive`.
    public var missing: [String]
    /// Why what stopped its disks is not over yet, one clause: `disk vda: no space is left …`; nil when it is over, or when
    /// nobody can tell.
    public var shortage: String?
    /// What libvirt cannot say now of work or shortage, one clause, as while too many calls into monitors hang; nil when
    /// it has said all.
    public var unanswered: String?
    /// Whether it is the domain's own monitor that does not answer.
    public var isMonitorHung = false
    /// Processor time since the domain began, and requests to its disks; nil when that is not known.
    public var cpuTime: Duration?
    public var diskRequests: UInt64?
    /// Whether the guest's agent answered; nil when it has never been heard.
    public var agentAnswers: Bool?

    public init(
        job: String? = nil, resources: [String] = [], missing: [String] = [], shortage: String? = nil,
        cpuTime: Duration? = nil, diskRequests: UInt64? = nil, agentAnswers: Bool? = nil
    ) {
        self.job = job
        self.resources = resources
        self.missing = missing
        self.shortage = shortage
        self.cpuTime = cpuTime
        self.diskRequests = diskRequests
        self.agentAnswers = agentAnswers
    }
}
