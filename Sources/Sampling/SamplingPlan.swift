// SPDX-License-Identifier: Apache-2.0
public import Libvirt

/// Which collectors run, and how often: what there is, and what the settings wish of it.
public struct SamplingPlan: Hashable, Sendable {
    /// What the settings say of one collector.
    public enum Choice: Hashable, Sendable {
        case off, on
        case every(Duration)
    }

    /// Collectors that run at the same time and share their calls and a batch.
    public struct Group: Sendable {
        public let tier: CollectorTier
        public let interval: Duration
        public let collectors: [any Collector]

        /// Groups of the bulk call that its collectors read.
        public var needs: StatsGroups { collectors.reduce([]) { $0.union($1.needs) } }
        /// Calls about one domain that its collectors read the answers of.
        public var calls: Set<DomainCall> { collectors.reduce([]) { $0.union($1.calls) } }
    }

    /// How often state and traffic are read, and what `virDomainGetInfo` tells.
    public let interval: Duration
    /// How often the monitors are asked; never more often than `interval`.
    public let monitorInterval: Duration
    /// How often that is read which changes seldom or costs a call a domain.
    public let slowInterval: Duration
    /// By the names of collectors, those of the host too. `state` cannot be left out.
    public let choices: [String: Choice]
    /// Whether every series of a domain has its UUID as a label.
    public let hasUUIDLabel: Bool
    /// Shell patterns of the hypervisor's own statistics that are shown, where its collector runs.
    public let hypervisorNames: [String]
    public let groups: [Group]
    /// What makes the batch of a domain's state, which events change between rounds.
    public let states: [any Collector]

    /// `monitorInterval` is `interval` when nil.
    public init(
        interval: Duration, monitorInterval: Duration? = nil, slowInterval: Duration = .seconds(60),
        choices: [String: Choice] = [:], hasUUIDLabel: Bool = false, hypervisorNames: [String] = ["*"]
    ) {
        self.hypervisorNames = hypervisorNames
        self.hasUUIDLabel = hasUUIDLabel
        self.interval = interval
        self.slowInterval = max(interval, slowInterval)
        self.monitorInterval = max(interval, monitorInterval ?? interval)
        self.choices = choices
        let all = Collectors.all.map { $0 is HypervisorCollector ? HypervisorCollector(names: hypervisorNames) : $0 }
        groups = Self.groups(all, choices) { tier in
            switch tier {
            case .definition, .guest, .state: .zero
            case .round, .information: interval
            case .monitor: max(interval, monitorInterval ?? interval)
            case .details: max(interval, slowInterval)
            }
        }
        let hasCode = choices[KuminaStateCollector.name, default: .off] == .off
        states = Self.on(all, choices).filter { $0.tier == .state }.map {
            $0 is StateCollector ? StateCollector(hasCode: hasCode) : $0
        }
    }

    /// Whether the collector of that name runs.
    public func runs(_ name: String) -> Bool {
        (states + groups.flatMap(\.collectors)).contains { type(of: $0).name == name }
    }

    /// Whether that is read of the host.
    public func runs(_ collector: HostCollector) -> Bool {
        choices[collector.rawValue] != .off
    }

    private static func on(_ all: [any Collector], _ choices: [String: Choice]) -> [any Collector] {
        all.filter { collector in
            let kind = type(of: collector)
            return kind.name == StateCollector.name || (choices[kind.name] ?? (kind.isDefault ? .on : .off)) != .off
        }
    }

    /// `intervals` has one for each tier; no collector runs more often than there are rounds.
    private static func groups(
        _ all: [any Collector], _ choices: [String: Choice], _ intervals: (CollectorTier) -> Duration
    ) -> [Group] {
        let on = on(all, choices)
        let replaced = on.reduce(into: Set<String>()) { $0.formUnion(type(of: $1).replaces) }
        var made: [(tier: CollectorTier, interval: Duration, collectors: [any Collector])] = []
        // The state has a batch of its own, since events change it between rounds, and so has what the guest says.
        for collector in on where collector.tier != .state && collector.tier != .guest {
            let kind = type(of: collector)
            guard !replaced.contains(kind.name) else { continue }
            var own = max(intervals(collector.tier), kind.interval ?? .zero)
            if case .every(let wanted)? = choices[kind.name], collector.tier != .definition {
                own = max(intervals(.round), wanted)
            }
            if let index = made.firstIndex(where: { $0.tier == collector.tier && $0.interval == own }) {
                made[index].collectors.append(collector)
            } else {
                made.append((collector.tier, own, [collector]))
            }
        }
        return made.map { Group(tier: $0.tier, interval: $0.interval, collectors: $0.collectors) }
    }

    public static func == (left: SamplingPlan, right: SamplingPlan) -> Bool {
        left.interval == right.interval && left.monitorInterval == right.monitorInterval
            && left.slowInterval == right.slowInterval && left.choices == right.choices
            && left.hasUUIDLabel == right.hasUUIDLabel && left.hypervisorNames == right.hypervisorNames
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(interval)
        hasher.combine(monitorInterval)
        hasher.combine(slowInterval)
        hasher.combine(choices)
        hasher.combine(hasUUIDLabel)
        hasher.combine(hypervisorNames)
    }
}
