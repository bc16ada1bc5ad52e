// SPDX-License-Identifier: Apache-2.0
import Sampling
import Testing
import Vocabulary

@testable import Libvirt

@Suite struct EventCountersTests {
    private func counters() -> EventCounters {
        EventCounters(
            domain: "web1", host: nil,
            catalogue: EventCatalogue([("lifecycle", "started"), ("watchdog", "reset"), ("lifecycle", "started")]))
    }

    @Test func `known events begin at 0`() {
        var counters = counters()
        #expect(
            Readings.lines(counters.batch(at: Readings.time)) == [
                #"libvirt_domain_events_total{detail="started", domain="web1", event="lifecycle"} 0.0"#,
                #"libvirt_domain_events_total{detail="reset", domain="web1", event="watchdog"} 0.0"#,
            ])
    }

    @Test(arguments: [
        ("lifecycle", "stopped_failed"), ("lifecycle", "crashed_panicked"), ("job_completed", "backup_failed"),
        ("job_completed", "migration_out_completed"), ("block_job", "active_commit_failed"),
        ("agent_lifecycle", "disconnected"), ("memory_failure", "fatal"), ("watchdog", "reset"),
        ("io_error", "report"), ("block_threshold", "block_threshold"),
    ])
    func `what is worth an alert begins at 0 in every domain`(kind: String, detail: String) {
        var counters = EventCounters(domain: "web1", host: nil)
        let before = counters.batch(at: Readings.time)
        counters.count(kind: kind, detail: detail)
        let after = counters.batch(at: Readings.time)
        #expect(before.layout === after.layout && after.values.reduce(0, +) == 1)
    }

    @Test func `a domain costs no more series for its events than the bound`() {
        #expect(Set(Event.catalogue.map { "\($0.kind) \($0.detail)" }).count == Event.catalogue.count)
        #expect(Event.catalogue.count < 48)
        let lifecycle = Event.catalogue.filter { $0.kind == "lifecycle" }.map(\.detail)
        #expect(!lifecycle.isEmpty && lifecycle.allSatisfy(EventNames.lifecycleDetails.contains))
    }

    @Test func `counting keeps the layout`() {
        var counters = counters()
        let before = counters.batch(at: Readings.time)
        counters.count(kind: "watchdog", detail: "reset")
        counters.count(kind: "watchdog", detail: "reset")
        let after = counters.batch(at: Readings.time)
        #expect(before.layout === after.layout)
        #expect(after.values == [0, 2])
    }

    @Test func `an event outside the catalogue gets its own series`() {
        var counters = counters()
        counters.count(kind: "new", detail: "thing")
        let batch = counters.batch(at: Readings.time)
        #expect(batch.values == [0, 0, 1])
        #expect(batch.layout.series.last?.labels["event"] == "new")
    }

    @Test func `after the bound, unknown events count as other`() {
        var counters = counters()
        for number in 0..<1000 { counters.count(kind: "new", detail: "\(number)") }
        counters.count(kind: "new", detail: "1")
        counters.count(kind: "lifecycle", detail: "started")
        let batch = counters.batch(at: Readings.time)
        #expect(batch.values.count == 2 + EventCounters.addedLimit + 1)
        #expect(batch.values.last == Double(1000 - EventCounters.addedLimit))
        #expect(batch.layout.series.last?.labels["detail"] == "other")
        #expect(batch.values[0] == 1)
        #expect(batch.values[3] == 2)
    }
}
