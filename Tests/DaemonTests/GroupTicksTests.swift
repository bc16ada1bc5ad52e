// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Daemon

@Suite struct GroupTicksTests {
    @Test func `ticks lie an interval apart, at the same places whenever it starts`() {
        let ticks = GroupTicks(key: "/etc/rules.yml;host", interval: .seconds(10))
        let first = ticks.next(after: Timestamp(milliseconds: 1_700_000_000_000))
        #expect((first - Timestamp(milliseconds: 1_700_000_000_000)) <= .seconds(10))
        #expect(ticks.next(after: first) == first + .seconds(10))
        #expect(ticks.next(after: first - .milliseconds(1)) == first)
        #expect(ticks.next(after: first + .milliseconds(9_999)) == first + .seconds(10))
        #expect(ticks.next(after: Timestamp(milliseconds: -1)).milliseconds > -1)
    }

    @Test func `groups are spread over the interval`() {
        let places = Set(
            (0..<100).map { number in
                GroupTicks(key: "r.yml;\(number)", interval: .seconds(60)).next(after: Timestamp(milliseconds: 0))
                    .milliseconds / 6000
            })
        #expect(places.count == 10)
    }

    @Test(arguments: [(10, 0), (9, 0), (19, 0), (20, 1), (35, 2), (0, 0), (-5, 0)])
    func `what was left out is counted`(seconds: Int, missed: Int) {
        #expect(GroupTicks(key: "k", interval: .seconds(10)).missed(in: .seconds(seconds)) == missed)
    }
}
