// SPDX-License-Identifier: Apache-2.0
import Sampling
import Testing
import Vocabulary

@Suite struct EventCountersTests {
    private func counters() -> EventCounters {
        EventCounters(
            domain: "web1", host: nil,
            catalogue: [("lifecycle", "started"), ("watchdog", "reset"), ("lifecycle", "started")])
    }

    @Test func `known events begin at 0`() {
        var counters = counters()
        #expect(
            Readings.lines(counters.batch(at: Readings.time)) == [
                #"libvirt_domain_events_total{detail="started", domain="web1", event="lifecycle"} 0.0"#,
                #"libvirt_domain_events_total{detail="reset", domain="web1", event="watchdog"} 0.0"#,
            ])
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
