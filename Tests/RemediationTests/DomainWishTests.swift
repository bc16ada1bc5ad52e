// SPDX-License-Identifier: Apache-2.0
import Remediation
import Testing
import Vocabulary

/// What a domain's owner may wish: less than the configuration allows, and never more.
@Suite struct DomainWishTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    @Test(arguments: [
        ([:], RemediationSettings.Mode.auto, RemediationSettings.Mode.auto),
        (["mode": "auto"], .auto, .auto), (["mode": "auto"], .observe, .observe), (["mode": "auto"], .off, .off),
        (["mode": "observe"], .auto, .observe), (["mode": "observe"], .off, .off), (["mode": "off"], .auto, .off),
        (["mode": "AUTO!!"], .auto, .observe), (["mode": ""], .auto, .observe), (["mode": "x"], .off, .off),
        (["attempts": "-1"], .auto, .observe), (["attempts": "0"], .auto, .observe),
        (["attempts": "99999999999999999999"], .auto, .observe), (["attempts": "3"], .auto, .auto),
        (["restart": "never"], .auto, .observe), (["restart": "on-failure"], .auto, .auto),
        (["restart": "always"], .auto, .observe), (["window": "P1M"], .auto, .observe),
        (["window": "PT1H"], .auto, .auto), (["window": "pt1h"], .auto, .observe), (["window": "0"], .auto, .observe),
        (["hold-until": "2100-01-01T00:00:00Z", "hold-by": "ann"], .auto, .observe),
        (["hold-until": "2001-01-01T00:00:00Z"], .auto, .auto), (["hold-until": "soon"], .auto, .observe),
        (["depends-on": "not-a-uuid"], .auto, .observe), (["colour": "red"], .auto, .auto),
    ])
    func `the mode that holds`(
        attributes: [String: String], configured: RemediationSettings.Mode, holds: RemediationSettings.Mode
    ) {
        let found = DomainWish(attributes).lowered(configured, at: Self.now)
        #expect(found.mode == holds)
        #expect((found.reason == nil) == (configured == holds))
    }

    @Test func `what could not be read at all lets it only be observed`() {
        #expect(DomainWish([:], problems: ["it is there more than once"]).lowered(.auto, at: Self.now).mode == .observe)
    }

    @Test(arguments: [("3", "PT2H", 3, 7200), ("9", "10m", 5, 3600), ("5", "1h", 5, 3600)])
    func `a budget grows no larger`(attempts: String, window: String, left: Int, seconds: Int) {
        let policy = DomainWish(["attempts": attempts, "window": window]).lowered(Policy())
        #expect(policy.budget.attempts == left && policy.budget.window == .seconds(seconds))
    }

    @Test(arguments: [("other", Decision.Outcome.leftAlone), ("default", .acted)])
    func `only the policy that it names repairs it`(policy: String, outcome: Decision.Outcome) {
        var scene = Scene()
        scene.facts?.wish = DomainWish(["policy": policy])
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        #expect(scene.outcomes == [outcome])
    }

    @Test func `a domain that wishes to be left alone is, and that is said`() {
        var scene = Scene()
        scene.facts?.wish = DomainWish(["mode": "observe"])
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        #expect(scene.outcomes == [.wouldAct])
        #expect(scene.decisions.first?.reason == "its metadata asks for the mode observe")
    }
}
