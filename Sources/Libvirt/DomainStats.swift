// SPDX-License-Identifier: Apache-2.0

/// Groups of statistics that the bulk call can be asked for (`virDomainStatsTypes`).
public struct StatsGroups: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let state = StatsGroups(rawValue: 1)
    public static let cpuTotal = StatsGroups(rawValue: 1 << 1)
    public static let balloon = StatsGroups(rawValue: 1 << 2)
    public static let vcpu = StatsGroups(rawValue: 1 << 3)
    public static let interface = StatsGroups(rawValue: 1 << 4)
    public static let block = StatsGroups(rawValue: 1 << 5)
    public static let perf = StatsGroups(rawValue: 1 << 6)
    public static let iothread = StatsGroups(rawValue: 1 << 7)
    public static let memory = StatsGroups(rawValue: 1 << 8)
    public static let dirtyrate = StatsGroups(rawValue: 1 << 9)
    public static let vm = StatsGroups(rawValue: 1 << 10)

    /// The groups that QEMU's driver fills without asking the monitor, so that they answer though a domain hangs.
    public static let withoutMonitor: StatsGroups = [.state, .interface, .perf, .memory]
}

/// One domain's statistics. A field that libvirt did not report is nil, never 0.
public struct DomainStats: Sendable, Hashable {
    public var uuid: ObjectUUID
    public var name: String
    public var status: StateReading?
    public var cpu: CPUStats?
    public var balloon: BalloonStats?
    public var vcpuCurrent: UInt64?
    public var vcpuMaximum: UInt64?
    public var vcpus: [VCPUStats] = []
    public var interfaces: [InterfaceStats] = []
    public var disks: [DiskStats] = []
    private var box: ExtraBox?

    /// What few domains have; nil when this one has none of it.
    public var extra: ExtraStats? {
        get {
            guard case .holding(let extra)? = box else { return nil }
            return extra
        }
        set { box = newValue.map { .holding($0) } }
    }

    public init(uuid: ObjectUUID, name: String) {
        self.uuid = uuid
        self.name = name
    }
}

/// A pointer's worth of room in a value that is copied often.
private indirect enum ExtraBox: Sendable, Hashable {
    case holding(ExtraStats)
}

/// The domain's CPU time, in nanoseconds.
public struct CPUStats: Sendable, Hashable {
    public var time: UInt64?
    public var user: UInt64?
    public var system: UInt64?
    public var haltpollSuccess: UInt64?
    public var haltpollFail: UInt64?

    public init() {}
}

/// The balloon's figures, in KiB as libvirt gives them; faults and huge page counts are counts, `lastUpdate` seconds
/// since the epoch.
public struct BalloonStats: Sendable, Hashable {
    public var current: UInt64?
    public var maximum: UInt64?
    public var swapIn: UInt64?
    public var swapOut: UInt64?
    public var majorFault: UInt64?
    public var minorFault: UInt64?
    public var unused: UInt64?
    public var available: UInt64?
    public var usable: UInt64?
    public var rss: UInt64?
    public var diskCaches: UInt64?
    public var lastUpdate: UInt64?
    public var hugetlbPgalloc: UInt64?
    public var hugetlbPgfail: UInt64?

    public init() {}
}

/// One virtual CPU; times in nanoseconds, `state` a `virVcpuState`.
public struct VCPUStats: Sendable, Hashable {
    public var index: Int
    public var state: Int32?
    public var time: UInt64?
    public var wait: UInt64?
    public var delay: UInt64?
    public var halted: Bool?

    public init(index: Int) {
        self.index = index
    }
}

/// One interface's traffic, from the domain's view, in bytes and counts.
public struct InterfaceStats: Sendable, Hashable {
    public var name: String
    public var receiveBytes: UInt64?
    public var receivePackets: UInt64?
    public var receiveErrors: UInt64?
    public var receiveDrops: UInt64?
    public var transmitBytes: UInt64?
    public var transmitPackets: UInt64?
    public var transmitErrors: UInt64?
    public var transmitDrops: UInt64?

    public init(name: String) {
        self.name = name
    }
}

/// One disk's requests, bytes and times (nanoseconds), and its sizes in bytes.
public struct DiskStats: Sendable, Hashable {
    /// The target, `vda`.
    public var name: String
    public var path: String?
    public var readRequests: UInt64?
    public var readBytes: UInt64?
    public var readTimes: UInt64?
    public var writeRequests: UInt64?
    public var writeBytes: UInt64?
    public var writeTimes: UInt64?
    public var flushRequests: UInt64?
    public var flushTimes: UInt64?
    public var allocation: UInt64?
    public var capacity: UInt64?
    public var physical: UInt64?
    public var threshold: UInt64?
    /// Failed requests; Xen alone tells.
    public var errors: UInt64?

    public init(name: String) {
        self.name = name
    }
}
