// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// What libvirt 11.10 and later say of a disk: limits, latencies over a while, histograms.
extension StatsDecoder {
    /// Whether the field is one of these; `name` is the disk that it is told of, empty when it has none.
    mutating func details(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>, of name: String
    ) -> Bool {
        var details = DiskDetails(name: name)
        guard !name.isEmpty else { return details.set(&key, parameter) }
        if let last = extra.disks.indices.last, extra.disks[last].name == name {
            return extra.disks[last].set(&key, parameter)
        }
        guard details.set(&key, parameter) else { return false }
        extra.disks.append(details)
        return true
    }
}

extension DiskDetails {
    /// Windows of a disk, and bins of a histogram: more than anybody can look at.
    static let maxWindows = 64
    static let maxBins = 256

    mutating func set(_ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) -> Bool {
        if key.skip("limits.") {
            var limits = limits ?? DiskLimits()
            guard limits.set(key, parameter.number) else { return false }
            self.limits = limits
            return true
        }
        if key.skip("timed_group.") { return window(&key, parameter) }
        return key.skip("latency_histogram.") && histogram(&key, parameter.number)
    }

    private mutating func window(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>
    ) -> Bool {
        if key.isEqual("count") { return true }
        guard let index = key.index(below: Self.maxWindows),
            let place = windows.place(of: index, limit: Self.maxWindows)
        else { return false }
        return windows[place].set(&key, parameter)
    }

    private mutating func histogram(_ key: inout KeyCursor, _ number: UInt64?) -> Bool {
        guard let operation = DiskOperation(&key), key.skip(".bin.") else { return false }
        let known = histograms.firstIndex { $0.operation == operation }
        let place = known ?? histograms.count
        if known == nil { histograms.append(LatencyHistogram(operation: operation)) }
        return histograms[place].set(&key, number, limit: Self.maxBins)
    }
}

extension DiskOperation {
    /// The operation that the key names, which is then skipped.
    init?(_ key: inout KeyCursor) {
        if key.skip("read") {
            self = .read
        } else if key.skip("write") {
            self = .write
        } else if key.skip("zone_append") {
            self = .zoneAppend
        } else if key.skip("flush") {
            self = .flush
        } else {
            return nil
        }
    }
}

extension LatencyHistogram.Bin: Numbered {}

extension LatencyHistogram {
    mutating func set(_ key: inout KeyCursor, _ number: UInt64?, limit: Int) -> Bool {
        if key.isEqual("count") {
            binCount = number
            return true
        }
        guard let index = key.index(below: limit), let place = bins.place(of: index, limit: limit) else { return false }
        if key.isEqual("start") {
            bins[place].start = number
        } else if key.isEqual("value") {
            bins[place].count = number
        } else {
            return false
        }
        return true
    }
}

extension LatencyWindow: Numbered {
    mutating func set(_ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>) -> Bool {
        if key.isEqual("interval") {
            interval = parameter.number
            return true
        }
        // Here the two words are short ones.
        let operation: DiskOperation? = key.skip("rd") ? .read : key.skip("wr") ? .write : DiskOperation(&key)
        guard let operation else { return false }
        if key.isEqual("_queue_depth_avg") {
            if let depth = parameter.fraction, queueDepths.count < DiskOperation.allCases.count {
                queueDepths.append(QueueDepth(operation, requests: depth))
            }
            return true
        }
        guard key.skip("_latency_"), let statistic = Statistic(key) else { return false }
        let limit = DiskOperation.allCases.count * Statistic.allCases.count
        if let number = parameter.number, latencies.count < limit {
            latencies.append(Latency(operation, statistic, nanoseconds: number))
        }
        return true
    }
}

extension LatencyWindow.Statistic {
    fileprivate init?(_ key: KeyCursor) {
        if key.isEqual("min") {
            self = .min
        } else if key.isEqual("max") {
            self = .max
        } else if key.isEqual("avg") {
            self = .avg
        } else {
            return nil
        }
    }
}

extension DiskLimits {
    mutating func set(_ key: KeyCursor, _ number: UInt64?) -> Bool {
        guard let path = DiskLimits.field(key) else { return false }
        self[keyPath: path] = number
        return true
    }

    private static func field(_ key: KeyCursor) -> WritableKeyPath<DiskLimits, UInt64?>? {
        if key.isEqual("request_alignment") { return \.requestAlignment }
        if key.isEqual("discard_max") { return \.discardMax }
        if key.isEqual("discard_alignment") { return \.discardAlignment }
        if key.isEqual("write_zeroes_max") { return \.writeZeroesMax }
        if key.isEqual("write_zeroes_alignment") { return \.writeZeroesAlignment }
        if key.isEqual("transfer_optimal") { return \.transferOptimal }
        if key.isEqual("transfer_max") { return \.transferMax }
        if key.isEqual("transfer_hw_max") { return \.transferHardwareMax }
        if key.isEqual("iov_max") { return \.iovMax }
        if key.isEqual("iov_hw_max") { return \.iovHardwareMax }
        if key.isEqual("memory_alignment_minimal") { return \.memoryAlignmentMinimal }
        if key.isEqual("memory_alignment_optimal") { return \.memoryAlignmentOptimal }
        return nil
    }
}
