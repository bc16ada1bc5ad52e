// SPDX-License-Identifier: Apache-2.0
import Alerting
import Remediation
import Vocabulary

/// How many silences and maintenances there are, as series.
struct SilenceFigures {
    private static let silences = MetricFamily(
        "virtwarden_silences", .gauge, "Silences in each state.", labels: ["state"])
    private static let maintenances = MetricFamily(
        "virtwarden_maintenances", .gauge, "Maintenances in each state.", labels: ["state"])
    private static let domains = MetricFamily(
        "virtwarden_maintenance_domains", .gauge, "Domains that a maintenance is active for.")

    static let families = [silences, maintenances, domains]

    var counts: [Bool: [Silence.State: Int]] = [:]
    var maintained = 0

    var rows: [(MetricFamily, [(String, String)], Double)] {
        let counted = [(Self.silences, false), (Self.maintenances, true)].flatMap { family, isMaintenance in
            Silence.State.allCases.map { state in
                (family, [("state", state.rawValue)], Double(counts[isMaintenance]?[state] ?? 0))
            }
        }
        return counted + [(Self.domains, [], Double(maintained))]
    }
}

extension SilenceDesk {
    func figures(of hosts: [HostWatch]) async -> SilenceFigures {
        let (book, now) = (current, now)
        var figures = SilenceFigures()
        for silence in book.all(at: now) {
            figures.counts[silence.isMaintenance, default: [:]][silence.state(at: now), default: 0] += 1
        }
        guard book.hasMaintenance(at: now) else { return figures }
        for host in hosts {
            let domains = await host.identities
            figures.maintained += domains.count { book.isMaintained($0.labels, at: now) }
        }
        return figures
    }

    /// Whether an alert with these labels must not be told now.
    nonisolated var isMuted: @Sendable (Labels) -> Bool {
        { [self] labels in muting(labels, at: .now) != nil }
    }

    /// Who holds a repair, as an audit says it.
    nonisolated var holder: RepairHold.Holder {
        { [self] domain, alert, time in
            holding(domain, alert: alert, at: time).map {
                RepairHold(reason: $0.title, until: $0.endsAt, skip: $0.isMaintenance ? .maintenance : .silence)
            }
        }
    }
}
