// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Remediation
import Testing

@Suite struct RemediationSettingsTests {
    @Test func `every file of the folder Actions is in the list`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let files = try FileManager.default.contentsOfDirectory(atPath: root + "/Sources/Remediation/Actions")
        #expect(files.sorted() == Actions.all.map { "\(type(of: $0)).swift" })
        #expect(Actions.all.map(\.name) == Set(Actions.all.map(\.name)).sorted())
    }

    @Test func `the defaults observe and are right`() {
        #expect(RemediationSettings().mode == .observe)
        #expect(RemediationSettings().problems == [])
    }

    @Test func `reads a step`() {
        #expect(Step(parsing: "start 60s") == Step(action: "start", timeout: .seconds(60)))
        for wrong in ["start", "start 0", "start x", "fly 60s", "start 60s 1", ""] {
            #expect(Step(parsing: wrong) == nil, "\(wrong)")
        }
    }

    @Test func `refuses what can't be meant`() {
        var policy = Policy(causes: [.guestPoweroff], ladder: [])
        policy.backoff.factor = 0
        policy.budget.window = .seconds(1)
        let problems = RemediationSettings(policies: [policy, Policy()]).problems
        #expect(problems.count == 5)
        #expect(problems.contains("policy \"default\": backoff.factor: must be between 1 and 100"))
        #expect(problems.contains("policy \"default\" is there twice; rename one"))
    }

    @Test func `a pattern matches names as a shell does`() {
        let policy = Policy(domains: ["web-*", "db?"], exclude: ["*-test"])
        #expect(["web-1", "web-", "db1"].allSatisfy(policy.covers))
        #expect(!["web", "db", "db12", "web-test", "xweb-1"].contains(where: policy.covers))
    }
}
