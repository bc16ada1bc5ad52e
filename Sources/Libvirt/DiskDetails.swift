// SPDX-License-Identifier: Apache-2.0

/// What newer versions of libvirt say of a disk beyond its traffic and size.
public struct DiskDetails: Sendable, Hashable {
    /// The target, `vda`.
    public var name: String
    public var limits: DiskLimits?
    /// One for each interval in the definition's `<statistics>`.
    public var windows: [LatencyWindow] = []
    /// One for each operation that the definition's `<latency-histogram>` names.
    public var histograms: [LatencyHistogram] = []

    public init(name: String) {
        self.name = name
    }
}

/// The kinds of request that latencies are told of.
public enum DiskOperation: String, Sendable, CaseIterable {
    case read, write, flush
    case zoneAppend = "zone_append"
}

/// What the disk's backend can take in one request, in bytes; 0 is "no limit that is known". The two of I/O vectors are
/// counts.
public struct DiskLimits: Sendable, Hashable {
    public var requestAlignment: UInt64?
    public var discardMax: UInt64?
    public var discardAlignment: UInt64?
    public var writeZeroesMax: UInt64?
    public var writeZeroesAlignment: UInt64?
    public var transferOptimal: UInt64?
    public var transferMax: UInt64?
    public var transferHardwareMax: UInt64?
    public var iovMax: UInt64?
    public var iovHardwareMax: UInt64?
    public var memoryAlignmentMinimal: UInt64?
    public var memoryAlignmentOptimal: UInt64?

    public init() {}
}

/// Latencies and queue depths over the last seconds.
public struct LatencyWindow: Sendable, Hashable {
    public enum Statistic: String, Sendable, CaseIterable {
        case min, max, avg
    }

    public struct Latency: Sendable, Hashable {
        public let operation: DiskOperation
        public let statistic: Statistic
        public let nanoseconds: UInt64

        public init(_ operation: DiskOperation, _ statistic: Statistic, nanoseconds: UInt64) {
            self.operation = operation
            self.statistic = statistic
            self.nanoseconds = nanoseconds
        }
    }

    public struct QueueDepth: Sendable, Hashable {
        public let operation: DiskOperation
        /// The average over the window.
        public let requests: Double

        public init(_ operation: DiskOperation, requests: Double) {
            self.operation = operation
            self.requests = requests
        }
    }

    public var index: Int
    /// How long the window is, in seconds.
    public var interval: UInt64?
    public var latencies: [Latency] = []
    public var queueDepths: [QueueDepth] = []

    public init(index: Int) {
        self.index = index
    }
}

/// How many requests took how long, since the domain began or the histogram was set anew.
public struct LatencyHistogram: Sendable, Hashable {
    /// Requests of at least `start` nanoseconds and less than the next bin's.
    public struct Bin: Sendable, Hashable {
        public var index: Int
        public var start: UInt64?
        public var count: UInt64?

        public init(index: Int) {
            self.index = index
        }
    }

    public let operation: DiskOperation
    /// How many bins libvirt announced.
    public var binCount: UInt64?
    public var bins: [Bin] = []

    public init(operation: DiskOperation) {
        self.operation = operation
    }

    /// Whether every announced bin is there, in order: otherwise no sum over them means anything.
    public var isWhole: Bool {
        guard !bins.isEmpty, binCount == UInt64(bins.count) else { return false }
        var last: UInt64?
        for (place, bin) in bins.enumerated() {
            guard bin.index == place, let start = bin.start, bin.count != nil else { return false }
            if let last, start <= last { return false }
            last = start
        }
        return true
    }
}
