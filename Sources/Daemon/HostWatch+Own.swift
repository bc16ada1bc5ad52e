// SPDX-License-Identifier: Apache-2.0
import Sampling
import Vocabulary

/// The host's own series: whether libvirt answers, how many domains, how the rounds go.
extension HostWatch {
    enum Families {
        static let up = MetricFamily("libvirt_up", .gauge, "Whether libvirt answers on this connection.")
        static let versions = MetricFamily(
            "libvirt_versions_info", .gauge, "Versions of hypervisor, daemon and library.")
        static let domains = MetricFamily("libvirt_domains", .gauge, "Domains that libvirt lists, active or not.")
        static let byState = MetricFamily("libvirt_domains_by_state", .gauge, "Domains in each state.")
        static let skipped = MetricFamily(
            "virtwarden_sampling_skipped_total", .counter, "Rounds left out because the one before still ran.")
        static let dropped = MetricFamily(
            "virtwarden_events_dropped_total", .counter, "Events that did not fit into the bounded queue.")
        static let duration = MetricFamily(
            "virtwarden_sample_duration_seconds", .gauge, "How long the last round took, monitor groups apart.")
        static let timestamp = MetricFamily(
            "virtwarden_last_success_timestamp_seconds", .gauge, "When this host was last sampled.")
        static let all = [up, versions, domains, byState, skipped, dropped, duration, timestamp]
    }

    func putHostSeries() {
        typealias Row = (MetricFamily, [(String, String)], Double)
        let now = Timestamp.now
        var rows: [Row] = [(Families.up, [], links == nil ? 0 : 1)]
        if links != nil {
            lastSuccess = now
            rows.append((Families.domains, [], Double(domains.count)))
            rows += counts.sorted { $0.key < $1.key }.map { (Families.byState, [("state", $0.key)], Double($0.value)) }
            rows.append((Families.duration, [], lastRound.inSeconds))
        }
        if let versions {
            rows.append(
                (
                    Families.versions,
                    [
                        ("hypervisor_running", versions.hypervisor), ("libvirtd_running", versions.daemon),
                        ("libvirt_library", versions.library),
                    ], 1
                ))
        }
        rows.append((Families.skipped, [("tier", "1")], Double(skippedTicks)))
        rows.append((Families.skipped, [("tier", "2")], Double(skippedMonitorRounds)))
        rows.append((Families.dropped, [], Double(droppedEvents)))
        if let lastSuccess { rows.append((Families.timestamp, [], lastSuccess.seconds)) }
        board.put(own.batch(rows, at: now), as: .host(name))
    }
}
