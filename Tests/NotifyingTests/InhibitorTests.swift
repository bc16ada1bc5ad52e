// SPDX-License-Identifier: Apache-2.0
import Alerting
import Testing
import Vocabulary

@testable import Notifying

@Suite struct InhibitorTests {
    private func labels(_ pairs: (String, String)...) -> Labels {
        Labels(pairs.map { Label($0.0, $0.1) })
    }

    private func rule(_ source: String, _ target: String, equal: [String] = []) throws -> InhibitRule {
        InhibitRule(
            source: try AlertMatchers(parsing: [source]), target: try AlertMatchers(parsing: [target]), equal: equal)
    }

    @Test func `a source inhibits targets with equal labels, as long as it fires`() throws {
        let inhibitor = Inhibitor()
        inhibitor.load([try rule("severity=critical", "severity=warning", equal: ["host", "rack"])])
        let warning = labels(("alertname", "A"), ("severity", "warning"), ("host", "h1"))
        let other = labels(("alertname", "A"), ("severity", "warning"), ("host", "h2"))
        let source = labels(("alertname", "B"), ("severity", "critical"), ("host", "h1"))
        let second = labels(("alertname", "C"), ("severity", "critical"), ("host", "h1"))
        #expect(!inhibitor.inhibits(warning))
        for labels in [source, second, source] { inhibitor.note(labels, isFiring: true) }
        #expect(inhibitor.inhibits(warning))
        #expect(!inhibitor.inhibits(other))
        #expect(!inhibitor.inhibits(source))
        inhibitor.note(source, isFiring: false)
        #expect(inhibitor.inhibits(warning))
        inhibitor.note(second, isFiring: false)
        #expect(!inhibitor.inhibits(warning))
    }

    @Test func `an alert that both sides match is not inhibited by its like`() throws {
        let inhibitor = Inhibitor()
        inhibitor.load([try rule("alertname=~\"A|B\"", "alertname=~\"B|C\"")])
        inhibitor.note(labels(("alertname", "B"), ("n", "1")), isFiring: true)
        #expect(!inhibitor.inhibits(labels(("alertname", "B"), ("n", "1"))))
        #expect(!inhibitor.inhibits(labels(("alertname", "B"), ("n", "2"))))
        #expect(inhibitor.inhibits(labels(("alertname", "C"))))
        inhibitor.note(labels(("alertname", "A")), isFiring: true)
        #expect(inhibitor.inhibits(labels(("alertname", "B"), ("n", "1"))))
    }

    @Test func `new rules hold for what fires already`() throws {
        let inhibitor = Inhibitor()
        inhibitor.note(labels(("alertname", "A")), isFiring: true)
        inhibitor.load([try rule("alertname=A", "alertname=B")])
        #expect(inhibitor.inhibits(labels(("alertname", "B"))))
        inhibitor.load([])
        #expect(!inhibitor.inhibits(labels(("alertname", "B"))))
    }
}
