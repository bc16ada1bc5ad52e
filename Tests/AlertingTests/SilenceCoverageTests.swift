// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Alerting

@Suite struct SilenceCoverageTests {
    private static let start = Timestamp(milliseconds: 1_000_000_000)

    private func draft(_ matcher: String, id: String? = nil, from: Int, to: Int) throws -> SilenceDraft {
        SilenceDraft(
            id: id, scope: .alerts(try AlertMatchers(parsing: [matcher]).all),
            startsAt: Self.start + .seconds(from), endsAt: Self.start + .seconds(to), author: "ada", comment: "why")
    }

    @Test func `answers as if it were asked for the first time, whatever became of the silences meanwhile`() throws {
        var generator = SystemRandomNumberGenerator()
        var book = SilenceBook()
        var coverage = SilenceCoverage()
        let alerts = (0..<20).map { Labels([Label("domain", "web-\($0)"), Label("host", "n\($0 % 3)")]) }
        let matchers = ["domain=web-1", "domain=~\"web-1.*\"", "host=n1", "host!=n1", "domain=~\".+\"", "nothing=here"]
        var ids: [String] = []
        var second = 0
        for step in 0..<2000 {
            let now = Self.start + .seconds(second)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                let matcher = matchers.randomElement(using: &generator) ?? ""
                let draft = try draft(
                    matcher, id: Bool.random(using: &generator) ? ids.randomElement(using: &generator) : nil,
                    from: second + Int.random(in: 0..<50), to: second + Int.random(in: 51..<5000))
                // One that is gone cannot be changed.
                if let taken = try? book.put(draft, fresh: "id-\(step)", at: now) { ids.append(taken.silence.id) }
            case 4: if let id = ids.randomElement(using: &generator) { _ = try? book.expire(id, at: now) }
            case 5: second += Int.random(in: 0..<100_000, using: &generator)
            case 6: _ = book.sweep(at: now)
            default: second += Int.random(in: 0..<60, using: &generator)
            }
            let later = Self.start + .seconds(second)
            for alert in alerts.shuffled(using: &generator).prefix(5) {
                var fresh = SilenceCoverage()
                #expect(
                    coverage.muting(alert, in: book, at: later)?.id == fresh.muting(alert, in: book, at: later)?.id)
            }
        }
    }
}
