// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Libvirt

@Suite struct EventMeterTests {
    private let web = ObjectUUID(high: 0, low: 1)
    private let db = ObjectUUID(high: 0, low: 2)

    @Test func `counts each domain and kind by itself, and each second anew`() {
        var meter = EventMeter(limit: 2)
        let asked = [(web, 4, 0), (web, 4, 0), (web, 4, 0), (db, 4, 0), (web, 0, 0), (web, 4, 1)]
        let verdicts = asked.map { meter.isFlood($0.0, Int32($0.1), in: Int64($0.2)) }
        #expect(verdicts == [false, false, true, false, false, false])
    }
}
