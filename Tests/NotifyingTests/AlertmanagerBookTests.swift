// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Notifying

@Suite struct AlertmanagerBookTests {
    private func minutes(_ count: Double) -> Duration { .seconds(60 * count) }
    private func time(_ minute: Double) -> Timestamp { Timestamp(milliseconds: Int64(minute * 60_000)) }

    private func firing(_ domain: String, at minute: Double = 0) -> StandingAlert {
        var alert = Alert.of(domain)
        alert.firedAt = time(minute)
        return StandingAlert(alert: alert, interval: .seconds(15))
    }

    private func resolved(_ domain: String, at minute: Double, since start: Double = 0) -> StandingAlert {
        var alert = Alert.of(domain, .resolved)
        alert.firedAt = time(start)
        alert.resolvedAt = time(minute)
        return StandingAlert(alert: alert, interval: .seconds(15))
    }

    /// A day in the life of an alert: each minute what stands is looked at, and all that is due is told.
    private func told(
        from first: Int = 0, to last: Int, away: ClosedRange<Int>? = nil, _ book: inout AlertmanagerBook,
        _ standing: (Int) -> [StandingAlert]
    ) -> [Int: [String]] {
        var told: [Int: [String]] = [:]
        for minute in first...last {
            book.take(standing(minute), resolved: [], now: time(Double(minute)))
            let due = book.due(1000, clock: minutes(Double(minute)))
            guard !due.isEmpty, away?.contains(minute) != true else { continue }
            book.told(due, clock: minutes(Double(minute)))
            told[minute] = due.map(\.alert.state.rawValue)
        }
        return told
    }

    @Test func `tells an alert each minute, its end for a quarter of an hour, and then forgets it`() {
        var book = AlertmanagerBook()
        let told = told(to: 60, &book) { minute in
            minute < 10 ? [firing("a")] : minute < 26 ? [resolved("a", at: 10)] : []
        }
        #expect(told.filter { $0.value == ["firing"] }.keys.sorted() == Array(0...9))
        #expect(told.filter { $0.value == ["resolved"] }.keys.sorted() == Array(10...25))
        #expect(book.depth == 0 && book.nextDue == nil && book.dropped == 0)
    }

    @Test func `what fired and ended while the target was away is told as resolved, hours later`() {
        var book = AlertmanagerBook()
        let told = told(to: 400, away: 0...300, &book) { minute in
            minute < 10 ? [firing("a")] : minute < 26 ? [resolved("a", at: 10)] : []
        }
        #expect(told == [301: ["resolved"]])
        #expect(book.dropped == 0)
    }

    @Test func `what waits for more than a day is given up, and counted`() {
        var book = AlertmanagerBook()
        let told = told(to: 1500, away: 0...1460, &book) { minute in
            minute < 10 ? [firing("a")] : minute < 26 ? [resolved("a", at: 10)] : []
        }
        #expect(told.isEmpty)
        #expect(book.dropped == 1)
    }

    @Test func `one that comes back is news, though it has the same labels`() {
        var book = AlertmanagerBook()
        book.take([firing("a")], resolved: [], now: time(0))
        book.told([firing("a")], clock: .zero)
        book.take([firing("a", at: 0.5)], resolved: [], now: time(0.5))
        #expect(book.due(10, clock: minutes(0.5)).map(\.alert.firedAt) == [time(0.5)])
    }

    @Test func `an end of a rule that is gone is told, and a start that stands nowhere is forgotten`() {
        var book = AlertmanagerBook()
        book.take([firing("a"), firing("b")], resolved: [], now: time(0))
        book.told(book.due(10, clock: .zero), clock: .zero)
        book.take([], resolved: [resolved("a", at: 1).alert], now: time(1))
        #expect(book.due(10, clock: minutes(1)).map { $0.alert.labels["domain"] } == ["a"])
        #expect(book.dropped == 0)
    }

    @Test func `of two rules that make the same alert one that fires is enough`() {
        var book = AlertmanagerBook()
        for standing in [[firing("a"), resolved("a", at: 1)], [resolved("a", at: 1), firing("a")]] {
            book.take(standing, resolved: [resolved("a", at: 1).alert], now: time(1))
            #expect(book.due(10, clock: .zero).map(\.alert.state) == [.firing])
        }
    }

    @Test func `what was resolved long before is not told`() {
        var book = AlertmanagerBook()
        book.take([resolved("a", at: 1)], resolved: [], now: time(30))
        #expect(book.due(10, clock: .zero).isEmpty)
    }

    @Test func `an answer to what has changed meanwhile does not hide the change`() {
        var book = AlertmanagerBook()
        book.take([firing("a")], resolved: [], now: time(0))
        let sent = book.due(10, clock: .zero)
        book.take([resolved("a", at: 0.1)], resolved: [], now: time(0.1))
        book.told(sent, clock: .zero)
        #expect(book.due(10, clock: minutes(0.2)).map(\.alert.state) == [.resolved])
    }

    @Test func `too many are bounded: first those that are over go`() {
        var book = AlertmanagerBook(limit: 100)
        book.take(
            (0..<80).map { firing("f\($0)") } + (0..<80).map { resolved("r\($0)", at: Double($0) / 10) }, resolved: [],
            now: time(10))
        #expect(book.depth == 100)
        #expect(book.dropped == 60)
        let due = book.due(1000, clock: .zero)
        #expect(due.count { $0.alert.state == .firing } == 80)
        #expect(due.filter { $0.alert.state == .resolved }.allSatisfy { ($0.alert.resolvedAt ?? time(0)) >= time(6) })
    }

    @Test func `more than there is room for are not told in turns, and are counted once`() {
        var book = AlertmanagerBook(limit: 100)
        let all = (0..<150).map { firing("f\($0)", at: Double($0) / 100) }
        for minute in 2...20 {
            for _ in 0..<5 { book.take(all, resolved: [], now: time(Double(minute))) }
            let due = book.due(1000, clock: minutes(Double(minute)))
            #expect(due.count == 100)
            #expect(due.allSatisfy { $0.alert.firedAt.map { $0 >= self.time(0.5) } ?? false })
            book.told(due, clock: minutes(Double(minute)))
            book.take(all, resolved: [], now: time(Double(minute)))
            #expect(book.due(1000, clock: minutes(Double(minute))).isEmpty)
        }
        #expect(book.dropped == 50)
        // What fires takes the place of what is over.
        let over = (0..<150).map { resolved("f\($0)", at: 20.5, since: Double($0) / 100) }
        book.take(over, resolved: [], now: time(20.5))
        #expect(book.depth == 100)
        book.take(over + (0..<30).map { firing("new\($0)", at: 21) }, resolved: [], now: time(21))
        #expect(book.due(1000, clock: minutes(21)).count { $0.alert.state == .firing } == 30)
    }

    @Test func `in batches, news first`() {
        var book = AlertmanagerBook()
        book.take((0..<300).map { firing("f\($0)") }, resolved: [], now: time(0))
        #expect(book.due(256, clock: .zero).count == 256)
        book.told(book.due(300, clock: .zero), clock: .zero)
        book.take((0..<300).map { firing("f\($0)") } + [firing("new", at: 1)], resolved: [], now: time(1))
        #expect(book.due(1, clock: minutes(1)).map { $0.alert.labels["domain"] } == ["new"])
    }
}
