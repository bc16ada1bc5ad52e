// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What the hypervisor counts of each domain under names of its own, which libvirt passes on and does not promise to
/// keep: the group `vm`, and such fields of the group `vcpu`.
public struct HypervisorCollector: Collector {
    public static let name = "hypervisor"
    public static let isDefault = false
    private static let total = MetricFamily(
        "libvirt_domain_hypervisor_stat_total", .counter,
        "What the hypervisor counted, by its own name for it; without the label vcpu, of the whole domain.",
        labels: ["vcpu", "name"])
    private static let gauge = MetricFamily(
        "libvirt_domain_hypervisor_stat", .gauge,
        "A value of the hypervisor's, by its own name for it: now (kind cur), or the largest there was (max).",
        labels: ["vcpu", "name", "kind"])
    private static let left = MetricFamily(
        "libvirt_domain_hypervisor_stats_left_out", .gauge,
        "Statistics of the hypervisor that were asked for and are not shown, since the domain has too many.")
    public static let families = [total, gauge, left]

    public let needs: StatsGroups = [.vcpu, .vm]
    private let wanted: [Glob]?
    private let limit: Int

    /// `names` are shell patterns of the hypervisor's names (`halt_*`); at most `limit` statistics of a domain are
    /// shown, the first that libvirt sends.
    public init(names: [String] = ["*"], limit: Int = 256) {
        wanted = names.contains("*") ? nil : names.map { Glob($0) }
        self.limit = limit
    }

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let extra = reading.stats.extra, !extra.hypervisor.isEmpty else { return }
        var shown = 0
        var leftOut = extra.hypervisorPassedOver
        for stat in extra.hypervisor where isWanted(stat.name) {
            guard shown < limit else {
                leftOut += 1
                continue
            }
            shown += 1
            add(stat, to: &writer)
        }
        writer.add(Self.left, Double(leftOut))
    }

    private func isWanted(_ name: String) -> Bool {
        wanted?.contains { $0.matches(name) } ?? true
    }

    private func add(_ stat: HypervisorStat, to writer: inout SampleWriter) {
        // An empty value is the same as no label.
        var labels = [("vcpu", stat.vcpu.map { String($0) } ?? ""), ("name", stat.name)]
        if stat.kind != .sum { labels.append(("kind", stat.kind.rawValue)) }
        writer.add(stat.kind == .sum ? Self.total : Self.gauge, labels: labels, Double(stat.value))
    }
}
