// SPDX-License-Identifier: Apache-2.0
import Logging
import Remediation
import Testing
import Vocabulary

@testable import Daemon

@Suite struct NewsDeskTests {
    private static func decision(on name: String, of incident: String = "i") -> Decision {
        Decision(
            domain: DomainIdentity(connection: "local", uuid: DomainUUID(high: 1, low: UInt64(name.count)), name: name),
            incident: incident, judgement: Judgement(cause: .panic, confidence: .high, evidence: ""), action: "start",
            outcome: .succeeded, reason: "", policy: nil, time: Timestamp(milliseconds: 0))
    }

    @Test func `what was counted of a domain is forgotten some time after it is gone`() {
        let desk = NewsDesk(log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        desk.take(.decision(Self.decision(on: "web")))
        desk.take(.decision(Self.decision(on: "other")))
        func counted() -> [String] { desk.counts.incidents.keys.map(\.domain).sorted() }
        desk.forget(allBut: [])
        #expect(counted() == ["other", "web"])
        desk.forget(allBut: [NewsDesk.DomainName(host: "local", domain: "web")], after: .zero)
        #expect(counted() == ["web"] && desk.counts.actions.count == 1)
        desk.take(.decision(Self.decision(on: "other")))
        #expect(counted() == ["other", "web"])
    }

    @Test func `an incident is counted once, also when decisions of two come in turn`() {
        let desk = NewsDesk(log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for incident in ["a", "b", "a", "b", "a"] {
            desk.take(.decision(Self.decision(on: "web", of: incident)))
        }
        #expect(desk.counts.incidents.values.reduce(0, +) == 2)
        for number in 0..<100 { desk.take(.decision(Self.decision(on: "web", of: "\(number)"))) }
        #expect(desk.counts.incidents.values.reduce(0, +) == 102)
    }
}
