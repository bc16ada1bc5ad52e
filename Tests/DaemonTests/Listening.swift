// SPDX-License-Identifier: Apache-2.0
import Daemon
import Logging
import Remediation
import Synchronization
import Vocabulary

/// Notes what a host says.
final class Listening: HostListener {
    private let notes = Mutex(Notes())

    struct Notes {
        var changed: [Labels] = []
        var events: [DomainEvent] = []
        var findings: [DomainFinding] = []
        var listed: [RemediationInput.ListedStatus] = []
    }

    var all: Notes { notes.withLock { $0 } }

    func changed(_ series: [Labels], at time: Timestamp) async {
        notes.withLock { $0.changed += series }
    }

    func heard(_ event: DomainEvent) async {
        notes.withLock { $0.events.append(event) }
    }

    func found(_ finding: DomainFinding) async {
        notes.withLock { $0.findings.append(finding) }
    }

    func listed(_ domains: [RemediationInput.ListedStatus], on connection: String, isHere: Bool) async {
        notes.withLock { $0.listed += domains }
    }
}

/// Keeps log lines.
final class Lines: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }

    func logger(_ format: LineLog.Format = .text) -> Logger {
        Logger(label: "test") { _ in
            LineLog(level: .debug, format: format) { line in self.kept.withLock { $0.append(line) } }
        }
    }
}

extension Board {
    /// The page's lines, without comments.
    var lines: [String] {
        String(decoding: page().bytes, as: UTF8.self).split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#")
        }
    }

    /// The value of the series that is written so; nil when it is not there.
    func value(_ series: String) -> Double? {
        lines.first { $0.hasPrefix(series + " ") }.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
    }

    /// When a domain's series of that name were last put, in milliseconds; 0 when there are none.
    func samples(_ domain: String, _ name: String = "libvirt_domain_info_cpu_time_seconds_total") -> Int64 {
        snapshot(at: .now).batches.filter { batch in
            batch.layout.series.contains {
                $0.family.name == name && $0.labels["domain"] == domain
            }
        }.map(\.time.milliseconds).max() ?? 0
    }

    func has(_ part: String) -> Bool {
        lines.contains { $0.contains(part) }
    }
}
