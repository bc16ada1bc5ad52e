// SPDX-License-Identifier: Apache-2.0

/// Statistics that few domains have, or that few ask for: kept apart, so that `DomainStats` stays cheap to copy.
public struct ExtraStats: Sendable, Hashable {
    public var perf: PerfStats?
    public var iothreads: [IothreadStats] = []
    public var cacheMonitors: [CacheMonitor] = []
    public var bandwidthMonitors: [BandwidthMonitor] = []
    public var dirtyRate: DirtyRateStats?
    /// What the hypervisor counts under names of its own; empty unless the group `vm` was asked for.
    public var hypervisor: [HypervisorStat] = []
    /// Hypervisor statistics that were passed over because there were too many.
    public var hypervisorPassedOver = 0
    public var disks: [DiskDetails] = []

    public init() {}

    var isEmpty: Bool {
        perf == nil && iothreads.isEmpty && cacheMonitors.isEmpty && bandwidthMonitors.isEmpty && dirtyRate == nil
            && hypervisor.isEmpty && disks.isEmpty
    }
}

/// Counts of `perf` events that the domain's definition turned on.
public struct PerfStats: Sendable, Hashable {
    /// Cache occupancy (CMT), in bytes.
    public var cacheBytes: UInt64?
    /// Memory bandwidth of the whole system and of the local node (MBM), in bytes a second.
    public var totalBandwidth: UInt64?
    public var localBandwidth: UInt64?
    /// libvirt's word and the count, in the order in which they came.
    public var events: [PerfEvent] = []

    public init() {}
}

public struct PerfEvent: Sendable, Hashable {
    public let name: String
    public let count: UInt64

    public init(name: String, count: UInt64) {
        self.name = name
        self.count = count
    }
}

/// How one I/O thread polls; `pollMax` in nanoseconds.
public struct IothreadStats: Sendable, Hashable {
    /// The thread's id in the definition.
    public var index: Int
    public var pollMax: UInt64?
    public var pollGrow: UInt64?
    public var pollShrink: UInt64?

    public init(index: Int) {
        self.index = index
    }
}

/// One resctrl monitor of cache occupancy.
public struct CacheMonitor: Sendable, Hashable {
    /// One cache; `id` is the kernel's.
    public struct Bank: Sendable, Hashable {
        public var index: Int
        public var id: UInt64?
        public var bytes: UInt64?

        public init(index: Int) {
            self.index = index
        }
    }

    public var index: Int
    public var name = ""
    public var banks: [Bank] = []

    public init(index: Int) {
        self.index = index
    }
}

/// One resctrl monitor of memory bandwidth.
public struct BandwidthMonitor: Sendable, Hashable {
    /// One memory controller; bytes since the monitor began.
    public struct Node: Sendable, Hashable {
        public var index: Int
        public var id: UInt64?
        public var localBytes: UInt64?
        public var totalBytes: UInt64?

        public init(index: Int) {
            self.index = index
        }
    }

    public var index: Int
    public var name = ""
    public var nodes: [Node] = []

    public init(index: Int) {
        self.index = index
    }
}

/// The last measurement of how fast the domain writes to its memory (`virDomainStartDirtyRateCalc`).
public struct DirtyRateStats: Sendable, Hashable {
    /// One virtual CPU, in MiB a second.
    public struct VCPU: Sendable, Hashable {
        public var index: Int
        public var mebibytesPerSecond: UInt64?

        public init(index: Int) {
            self.index = index
        }
    }

    /// `virDomainDirtyRateStatus`: 0 never begun, 1 under way, 2 measured.
    public var status: UInt64?
    /// When it began, in seconds: since the host booted, or, with QEMU 8.2 and later, since 1970.
    public var startTime: UInt64?
    /// How long it took, in seconds.
    public var period: UInt64?
    public var mebibytesPerSecond: UInt64?
    public var vcpus: [VCPU] = []

    public init() {}

    /// When it began, in seconds since 1970; nil when that was told by another clock. No host has run for 30 years.
    public var startTimestamp: UInt64? { startTime.flatMap { $0 >= 1_000_000_000 ? $0 : nil } }

    public var isMeasured: Bool { status == 2 }
}

/// A statistic of the hypervisor (KVM), under a name that libvirt passes on and does not promise to keep.
public struct HypervisorStat: Sendable, Hashable {
    /// The end of libvirt's field name: a value now, a sum since the start, the largest value there was.
    public enum Kind: String, Sendable, CaseIterable {
        case current = "cur"
        case sum, max
    }

    /// nil for one of the whole domain.
    public let vcpu: Int?
    public let name: String
    public let kind: Kind
    public let value: UInt64

    public init(vcpu: Int?, name: String, kind: Kind, value: UInt64) {
        self.vcpu = vcpu
        self.name = name
        self.kind = kind
        self.value = value
    }
}
