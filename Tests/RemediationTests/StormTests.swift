// SPDX-License-Identifier: Apache-2.0
import Remediation
import Testing
import Vocabulary

@Suite struct StormTests {
    private static func killed(_ count: Int) throws -> Simulation {
        try ScenarioScript(
            """
            policy db domains=db* priority=90
            policy default
            domain web1..\(count - 5) running booted
            domain db1..5 running booted
            at 10s fail web1..\(count - 5) stopped_failed -> shutoff crashed
            at 10s fail db1..5 stopped_failed -> shutoff crashed
            end 2h
            """
        ).play()
    }

    @Test func `fifty domains that die at once are repaired in order, none twice and none lost`() throws {
        let simulation = try Self.killed(50)
        let calls = simulation.book.calls
        #expect(simulation.book.storms == 1)
        #expect(simulation.book.wrongs == [])
        #expect(calls.count == 50)
        #expect(Set(calls.map(\.attempt.domain)).count == 50)
        #expect(simulation.domains.values.allSatisfy { $0.isRunning })
        #expect(calls.allSatisfy { $0.time >= .seconds(310) })
        #expect(calls.prefix(5).allSatisfy { $0.attempt.domain.name.hasPrefix("db") })
        #expect(simulation.book.mostUnderWay <= 2)
        #expect(!RandomSimulationTests.excess(calls.map(\.time), 6, .seconds(60)))
        // The last of 50 at six a minute.
        #expect(calls.last.map { $0.time < .seconds(310 + 9 * 60) } == true)
        #expect(simulation.log.lines.count { $0.contains(" held ") } == 1)
    }

    @Test func `more domains than an hour has repairs for go on in the next hour`() throws {
        let simulation = try Self.killed(70)
        #expect(simulation.book.calls.count == 70)
        #expect(!RandomSimulationTests.excess(simulation.book.calls.map(\.time), 60, .seconds(3600)))
        #expect(simulation.domains.values.allSatisfy { $0.isRunning })
    }

    @Test func `four failures are no storm`() throws {
        let simulation = try ScenarioScript(
            "domain web1..4 running booted\nat 10s fail web1..4 stopped_failed -> shutoff crashed"
        ).play()
        #expect(simulation.book.storms == 0)
        #expect(simulation.book.calls.count == 4)
    }
}
