// SPDX-License-Identifier: Apache-2.0
import Libvirt
public import Vocabulary

/// Makes the batches that say how a libvirt host stands: whether it answers, its versions, its domains by state.
public struct HostSeries: Sendable {
    public static let up = MetricFamily("libvirt_up", .gauge, "Whether libvirt answers on this connection.")
    public static let versions = MetricFamily(
        "libvirt_versions_info", .gauge, "Versions of hypervisor, daemon and library; always 1.",
        labels: ["hypervisor_running", "libvirtd_running", "libvirt_library"])
    public static let domains = MetricFamily(
        "libvirt_domains", .gauge, "Domains that are watched, active or not.")
    public static let byState = MetricFamily(
        "libvirt_domains_by_state", .gauge, "Domains in each state.", labels: ["state"])
    public static let vcpus = MetricFamily(
        "libvirt_allocated_vcpus", .gauge, "Virtual CPUs that the domains in this state have, added up.",
        labels: ["state"])
    public static let memory = MetricFamily(
        "libvirt_allocated_memory_bytes", .gauge,
        "Memory that the domains in this state may have at most, added up, in bytes.", labels: ["state"])
    private static let number = MetricFamily(
        "libvirt_domains_number", .gauge, "Domains that run, under the name of kumina's exporter.")
    public static let families = [up, versions, domains, byState, vcpus, memory, number]

    /// What domains may use of the host; nil while nothing is known of it.
    public struct Allocation: Hashable, Sendable {
        public var vcpus: UInt64?
        /// KiB.
        public var memory: UInt64?

        public init(vcpus: UInt64? = nil, memory: UInt64? = nil) {
            self.vcpus = vcpus
            self.memory = memory
        }

        /// A definition can claim any number: the sum stays at the largest there is.
        public mutating func add(_ other: Allocation) {
            vcpus = Self.sum(vcpus, other.vcpus)
            memory = Self.sum(memory, other.memory)
        }

        private static func sum(_ left: UInt64?, _ right: UInt64?) -> UInt64? {
            guard let left, let right else { return left ?? right }
            let (sum, isTooLarge) = left.addingReportingOverflow(right)
            return isTooLarge ? .max : sum
        }
    }

    /// What libvirt said of itself, as `9.0.0`.
    public struct Versions: Hashable, Sendable {
        public var hypervisor: String
        public var daemon: String
        public var library: String

        public init(hypervisor: String, daemon: String, library: String) {
            self.hypervisor = hypervisor
            self.daemon = daemon
            self.library = library
        }
    }

    private var series: OwnSeries
    private let hasNumber: Bool

    /// `host` is the label `host`, nil when there is one connection only. `hasNumber` is for kumina's dashboards.
    public init(host: String?, hasNumber: Bool = false) {
        series = OwnSeries(host: host)
        self.hasNumber = hasNumber
    }

    /// `counts` has the number of domains in each state; nil, when libvirt does not answer, leaves them out.
    public mutating func batch(
        counts: [String: Int]?, allocated: [String: Allocation] = [:], versions: Versions?, at time: Timestamp
    ) -> SeriesBatch {
        var rows: [(MetricFamily, [(String, String)], Double)] = [(Self.up, [], counts == nil ? 0 : 1)]
        if let counts {
            rows.append((Self.domains, [], Double(counts.values.reduce(0, +))))
            if hasNumber {
                let active = counts.filter { $0.key != DomainState.shutoff.name }
                rows.append((Self.number, [], Double(active.values.reduce(0, +))))
            }
            for (state, count) in counts.sorted(by: { $0.key < $1.key }) {
                rows.append((Self.byState, [("state", state)], Double(count)))
            }
        }
        for (state, sum) in allocated.sorted(by: { $0.key < $1.key }) {
            if let vcpus = sum.vcpus { rows.append((Self.vcpus, [("state", state)], Double(vcpus))) }
            if let memory = sum.memory { rows.append((Self.memory, [("state", state)], memory.bytesFromKiB)) }
        }
        if let versions {
            let labels = [
                ("hypervisor_running", versions.hypervisor), ("libvirtd_running", versions.daemon),
                ("libvirt_library", versions.library),
            ]
            rows.append((Self.versions, labels, 1))
        }
        return series.batch(rows, at: time)
    }
}
