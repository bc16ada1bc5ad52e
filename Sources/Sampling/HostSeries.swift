// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Makes the batches that say how a libvirt host stands: whether it answers, its versions, its domains by state.
public struct HostSeries: Sendable {
    public static let up = MetricFamily("libvirt_up", .gauge, "Whether libvirt answers on this connection.")
    public static let versions = MetricFamily(
        "libvirt_versions_info", .gauge, "Versions of hypervisor, daemon and library; always 1.",
        labels: ["hypervisor_running", "libvirtd_running", "libvirt_library"])
    public static let domains = MetricFamily(
        "libvirt_domains", .gauge, "Domains that libvirt lists, active or not.")
    public static let byState = MetricFamily(
        "libvirt_domains_by_state", .gauge, "Domains in each state.", labels: ["state"])
    public static let families = [up, versions, domains, byState]

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

    /// `host` is the label `host`, nil when there is one connection only.
    public init(host: String?) {
        series = OwnSeries(host: host)
    }

    /// `counts` has the number of domains in each state; nil, when libvirt does not answer, leaves them out.
    public mutating func batch(counts: [String: Int]?, versions: Versions?, at time: Timestamp) -> SeriesBatch {
        var rows: [(MetricFamily, [(String, String)], Double)] = [(Self.up, [], counts == nil ? 0 : 1)]
        if let counts {
            rows.append((Self.domains, [], Double(counts.values.reduce(0, +))))
            for (state, count) in counts.sorted(by: { $0.key < $1.key }) {
                rows.append((Self.byState, [("state", state)], Double(count)))
            }
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
