// SPDX-License-Identifier: Apache-2.0

/// What can be asked of one domain beside the bulk statistics (`Connection.details`).
public enum DomainCall: String, CaseIterable, Sendable {
    /// `virDomainGetJobStats`: the job that runs now, if any.
    case job
    /// `virDomainGetJobStats` with `KEEP_COMPLETED`: the job that ended last, which stays there for others to read.
    case completedJob
    /// `virDomainGetBlockJobInfo` of each disk.
    case blockJobs
    /// `virDomainGetDiskErrors`.
    case diskErrors
    /// `virDomainGetBlockIoTune` of each disk.
    case blockLimits
    /// `virDomainSnapshotNum`.
    case snapshots
    /// `virDomainListAllCheckpoints`, the number only.
    case checkpoints
    /// `virDomainGetVcpus`: the host's CPU under each virtual one.
    case vcpuPlaces
    /// `virDomainGetInterfaceParameters` of each interface.
    case interfaceLimits
    /// `virDomainGetMessages`.
    case messages
    /// `virDomainInterfaceAddresses` from the leases of libvirt's networks and from the host's ARP table.
    case addresses

    /// Whether the call may wait for the domain's monitor without end, as seen with libvirt 9.0.0 and a QEMU that is
    /// stopped. `diskErrors` and `blockLimits` ask it each time. `job` and `blockJobs` ask it only while there is a
    /// job, but always wait, for up to 30 s, behind another call that hangs in it. The others answer from libvirt's
    /// own memory, from files and from the host's kernel.
    public var reachesMonitor: Bool {
        switch self {
        case .job, .blockJobs, .diskErrors, .blockLimits: true
        case .completedJob, .snapshots, .checkpoints, .vcpuPlaces, .interfaceLimits, .messages, .addresses: false
        }
    }
}

/// What the single calls told of one domain; nil is "not asked", "not known here" or "failed".
public struct DomainDetails: Hashable, Sendable {
    /// The disks that were asked about, by their targets.
    public var disks: [String] = []
    public var job: DomainJob?
    public var completedJob: DomainJob?
    /// Those that run, by their disk's target.
    public var blockJobs: [String: BlockJob]?
    /// `virDomainDiskErrorCode` by the disk's target; a disk without an error is not there.
    public var diskErrors: [String: Int32]?
    public var blockLimits: [String: BlockLimits]?
    public var snapshots: Int?
    public var checkpoints: Int?
    /// The host's CPU by the number of the virtual one.
    public var vcpuPlaces: [Int: Int]?
    public var interfaceLimits: [String: InterfaceLimits]?
    public var messages: [DomainMessage]?
    public var addresses: [DomainAddress]?

    public init() {}
}

/// A job of a domain: a migration, a save, a dump, a backup.
public struct DomainJob: Hashable, Sendable {
    /// The figures there are, by libvirt's names (`VIR_DOMAIN_JOB_…`). Times in milliseconds, rates by the second.
    public enum Figure: String, CaseIterable, Sendable {
        case operation
        case timeElapsed = "time_elapsed"
        /// Without the time that it took to hand over to the other host, as those with `net` are.
        case timeElapsedNet = "time_elapsed_net"
        case timeRemaining = "time_remaining"
        case downtime
        case downtimeNet = "downtime_net"
        case setupTime = "setup_time"
        case dataTotal = "data_total"
        case dataProcessed = "data_processed"
        case dataRemaining = "data_remaining"
        case memoryTotal = "memory_total"
        case memoryProcessed = "memory_processed"
        case memoryRemaining = "memory_remaining"
        /// Pages that hold one byte over and over, and the others.
        case memoryConstant = "memory_constant"
        case memoryNormal = "memory_normal"
        case memoryNormalBytes = "memory_normal_bytes"
        case memoryRate = "memory_bps"
        /// Pages.
        case memoryDirtyRate = "memory_dirty_rate"
        case memoryIteration = "memory_iteration"
        case memoryPageSize = "memory_page_size"
        case memoryPostcopyRequests = "memory_postcopy_requests"
        case diskTotal = "disk_total"
        case diskProcessed = "disk_processed"
        case diskRemaining = "disk_remaining"
        case diskRate = "disk_bps"
        case diskTempUsed = "disk_temp_used"
        case diskTempTotal = "disk_temp_total"
        /// Bytes that the cache may hold.
        case compressionCache = "compression_cache"
        case compressionBytes = "compression_bytes"
        case compressionPages = "compression_pages"
        case compressionCacheMisses = "compression_cache_misses"
        case compressionOverflow = "compression_overflow"
        case vfioTransferred = "vfio_data_transferred"
        /// Percent.
        case throttle = "auto_converge_throttle"
        /// 0 or 1; of a job that has ended.
        case success
    }

    /// `virDomainJobType`: 0 none, 1 bounded, 2 unbounded, 3 completed, 4 failed, 5 cancelled.
    public let type: Int32
    public let figures: [Figure: UInt64]

    public init(type: Int32, figures: [Figure: UInt64] = [:]) {
        self.type = type
        self.figures = figures
    }

    public var isRunning: Bool { type == 1 || type == 2 }
}

/// A job of one disk: a pull, a copy, a commit, a backup.
public struct BlockJob: Hashable, Sendable {
    /// `virDomainBlockJobType`.
    public let type: Int32
    /// How far it is, in bytes of `end`.
    public let current: UInt64
    public let end: UInt64

    public init(type: Int32, current: UInt64, end: UInt64) {
        self.type = type
        self.current = current
        self.end = end
    }
}

/// What one disk may do at most, each by the second; what is not limited is not there.
public struct BlockLimits: Hashable, Sendable {
    /// Whose requests are meant, in libvirt's words.
    public enum Direction: String, CaseIterable, Sendable {
        case total, read, write
    }

    public var bytes: [Direction: UInt64] = [:]
    public var requests: [Direction: UInt64] = [:]
    /// For as long as a burst may last.
    public var burstBytes: [Direction: UInt64] = [:]
    public var burstRequests: [Direction: UInt64] = [:]
    /// How long that is, in seconds.
    public var burstBytesLength: [Direction: UInt64] = [:]
    public var burstRequestsLength: [Direction: UInt64] = [:]
    /// Bytes that count as one request; a longer one counts as several.
    public var requestSize: UInt64?

    public init() {}
}

/// What one interface may carry at most, or is sure to get; what is not limited is not there.
public struct InterfaceLimits: Hashable, Sendable {
    /// libvirt's words for traffic towards the domain and from it.
    public enum Direction: String, CaseIterable, Sendable {
        case inbound, outbound
    }

    /// Kilobytes a second, of 1000 bytes each as for `tc`, by libvirt's word: `average`, `peak`, `floor`.
    public var rates: [Direction: [String: UInt64]] = [:]
    /// KiB that may pass at the peak rate.
    public var burst: [Direction: UInt64] = [:]

    public init() {}
}

/// What libvirt has to say of a domain: that it is tainted, or uses something that is to go.
public struct DomainMessage: Hashable, Sendable {
    /// `deprecation` or `tainting`, libvirt's words.
    public let kind: String
    public let text: String

    public init(kind: String, text: String) {
        self.kind = kind
        self.text = text
    }
}

/// An address of one of the domain's interfaces. A guest chooses what it puts into an ARP table or asks a lease for.
public struct DomainAddress: Hashable, Sendable {
    /// The interface's name on the host, `vnet0`.
    public let interface: String
    public let mac: String
    /// `ipv4` or `ipv6`.
    public let family: String
    public let address: String
    /// `lease` or `arp`.
    public let source: String

    public init(interface: String, mac: String, family: String, address: String, source: String) {
        self.interface = interface
        self.mac = mac
        self.family = family
        self.address = address
        self.source = source
    }
}
