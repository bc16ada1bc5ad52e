// SPDX-License-Identifier: Apache-2.0
import CLibvirt

// Field names of the groups that few ask for. Each function says whether the name is one of its own.

extension IothreadStats: Numbered {
    mutating func set(_ key: KeyCursor, _ number: UInt64?) -> Bool {
        if key.isEqual("poll-max-ns") {
            pollMax = number
        } else if key.isEqual("poll-grow") {
            pollGrow = number
        } else if key.isEqual("poll-shrink") {
            pollShrink = number
        } else {
            return false
        }
        return true
    }
}

extension DirtyRateStats.VCPU: Numbered {}
extension CacheMonitor.Bank: Numbered {}
extension BandwidthMonitor.Node: Numbered {}

extension CacheMonitor: Numbered {
    mutating func set(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>, limit: Int
    ) -> Bool {
        if key.isEqual("name") {
            name = parameter.text ?? ""
            return true
        }
        guard key.skip("bank.") else { return key.isEqual("vcpus") }
        if key.isEqual("count") { return true }
        guard let index = key.index(below: limit), let place = banks.place(of: index, limit: limit) else {
            return false
        }
        if key.isEqual("id") {
            banks[place].id = parameter.number
        } else if key.isEqual("bytes") {
            banks[place].bytes = parameter.number
        } else {
            return false
        }
        return true
    }
}

extension BandwidthMonitor: Numbered {
    mutating func set(
        _ key: inout KeyCursor, _ parameter: UnsafeMutablePointer<virTypedParameter>, limit: Int
    ) -> Bool {
        if key.isEqual("name") {
            name = parameter.text ?? ""
            return true
        }
        guard key.skip("node.") else { return key.isEqual("vcpus") }
        if key.isEqual("count") { return true }
        guard let index = key.index(below: limit), let place = nodes.place(of: index, limit: limit) else {
            return false
        }
        if key.isEqual("id") {
            nodes[place].id = parameter.number
        } else if key.isEqual("bytes.local") {
            nodes[place].localBytes = parameter.number
        } else if key.isEqual("bytes.total") {
            nodes[place].totalBytes = parameter.number
        } else {
            return false
        }
        return true
    }
}

extension PerfStats {
    mutating func set(_ key: KeyCursor, _ number: UInt64?) -> Bool {
        if key.isEqual("cmt") {
            cacheBytes = number
        } else if key.isEqual("mbmt") {
            totalBandwidth = number
        } else if key.isEqual("mbml") {
            localBandwidth = number
        } else {
            guard let known = PerfStats.known.first(where: { key.isEqual($0) }) else { return false }
            let name = known.description
            if let number, !events.contains(where: { $0.name == name }) {
                events.append(PerfEvent(name: name, count: number))
            }
        }
        return true
    }

    private static let known: [StaticString] = [
        "cache_misses", "cache_references", "instructions", "cpu_cycles", "branch_instructions", "branch_misses",
        "bus_cycles", "stalled_cycles_frontend", "stalled_cycles_backend", "ref_cpu_cycles", "cpu_clock", "task_clock",
        "page_faults", "context_switches", "cpu_migrations", "page_faults_min", "page_faults_maj", "alignment_faults",
        "emulation_faults",
    ]
}
