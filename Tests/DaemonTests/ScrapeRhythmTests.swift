// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Daemon

@Suite struct ScrapeRhythmTests {
    private func rhythm(_ times: [Double], of client: String = "10.0.0.1") -> ScrapeRhythm {
        var rhythm = ScrapeRhythm()
        for time in times { rhythm.note(client, at: .seconds(time)) }
        return rhythm
    }

    @Test func `three gaps alike make a rhythm`() throws {
        #expect(rhythm([0, 15, 30]).beat(at: .seconds(31)) == nil)
        let beat = try #require(rhythm([0, 15, 30.05, 45]).beat(at: .seconds(46)))
        #expect(abs(beat.period.inSeconds - 15) < 0.05)
        #expect(abs(beat.next.inSeconds - 60) < 0.1)
    }

    @Test func `who comes at odd times has none, and one who stays away loses it`() {
        #expect(rhythm([0, 3, 20, 21, 50]).beat(at: .seconds(51)) == nil)
        #expect(rhythm([0, 15, 30, 45]).beat(at: .seconds(95)) == nil)
    }

    @Test func `a scrape that was missed once is awaited at its next time`() throws {
        let beat = try #require(rhythm([0, 15, 30, 45]).beat(at: .seconds(61)))
        #expect(abs(beat.next.inSeconds - 75) < 0.1)
    }

    @Test func `of many clients no more than a bound are remembered`() {
        var rhythm = rhythm([0, 15, 30, 45])
        for number in 0..<100 { rhythm.note("other \(number)", at: .seconds(50 + number)) }
        #expect(rhythm.beat(at: .seconds(60)) == nil)
    }

    @Test func `rounds end just before scrapes, and are never further apart than the interval`() {
        let beat = ScrapeRhythm.Beat(next: .seconds(60), period: .seconds(15))
        var now = Duration.seconds(40)
        var rounds: [Double] = []
        for _ in 0..<8 {
            now = RoundTimes.next(after: now, interval: .seconds(10), beat: beat, lead: .milliseconds(100))
            rounds.append(now.inSeconds)
        }
        #expect(rounds == [44.9, 52.4, 59.9, 67.4, 74.9, 82.4, 89.9, 97.4])
    }

    @Test func `scrapes further apart than rounds have one of them each`() {
        let beat = ScrapeRhythm.Beat(next: .seconds(60), period: .seconds(10.01))
        let next = RoundTimes.next(after: .seconds(49.9), interval: .seconds(10), beat: beat, lead: .milliseconds(100))
        #expect(abs(next.inSeconds - 59.9) < 0.001)
    }

    @Test func `without a rhythm rounds come by the interval`() {
        #expect(
            RoundTimes.next(after: .seconds(3), interval: .seconds(10), beat: nil, lead: .zero) == .seconds(13))
    }
}
