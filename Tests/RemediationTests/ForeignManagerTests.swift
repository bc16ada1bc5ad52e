// SPDX-License-Identifier: Apache-2.0
import Sampling
import Testing
import Vocabulary

@testable import Remediation

/// Domains that somebody else starts and stops.
@Suite struct ForeignManagerTests {
    private static let managers = [
        ForeignManager(name: "cloudstack", domains: [NamePattern("/i-[0-9]+-[0-9]+-VM/")]),
        ForeignManager(name: "pacemaker", domains: [NamePattern("ha-*")], namespaces: ["urn:example:ha"]),
    ]

    private func settings(_ managers: Set<String> = []) -> RemediationSettings {
        var policy = Policy()
        policy.managers = managers
        var settings = RemediationSettings(mode: .auto, policies: [policy])
        settings.foreignManagers = Self.managers
        return settings
    }

    private func facts(_ name: String, namespaces: [String] = [], manager: String? = nil) -> DomainFacts {
        let identity = DomainIdentity(connection: "local", uuid: DomainUUID(high: 1, low: 2), name: name)
        var facts = DomainFacts(
            identity: identity, status: Scene.status("shutoff crashed"), isPersistent: true, manager: manager)
        facts.namespaces = namespaces
        return facts
    }

    @Test func `names, namespaces and known metadata tell who manages a domain`() {
        let settings = settings()
        #expect(settings.manager(of: facts("i-2-17-VM")) == "cloudstack")
        #expect(settings.manager(of: facts("i-2-17-VM-old")) == nil)
        #expect(settings.manager(of: facts("ha-web")) == "pacemaker")
        #expect(settings.manager(of: facts("web", namespaces: ["urn:other", "urn:example:ha"])) == "pacemaker")
        #expect(settings.manager(of: facts("ha-web", manager: "nova")) == "nova")
        #expect(settings.manager(of: facts("web")) == nil)
    }

    @Test(arguments: zip([[], ["nova"], ["pacemaker"], ["pacemaker", "nova"]], [false, false, true, true]))
    func `such a domain is only observed, unless the policy names its manager`(_ named: [String], _ acts: Bool) {
        var scene = Scene()
        scene.machine = Remediator(settings: settings(Set(named))) { 0.5 }
        scene.facts?.namespaces = ["urn:example:ha"]
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(10))
        #expect(scene.actions == (acts ? ["start"] : []))
        if !acts {
            #expect(scene.decisions.map(\.reason) == ["pacemaker manages the domain; it is only observed"])
            #expect(scene.decisions.map(\.skip) == [.manager])
        }
    }

    @Test func `a manager that is not there, or has nothing to be known by, is a problem`() {
        var settings = settings(["pacemakr"])
        settings.foreignManagers.append(ForeignManager(name: "pacemaker"))
        #expect(
            settings.problems == [
                "foreign_managers: \"pacemaker\" is there twice; rename one",
                "foreign_managers: \"pacemaker\" has neither domains nor namespaces",
                "policy \"default\": match.managers: there is no \"pacemakr\"; there are cloudstack, kubevirt, nova, "
                    + "ovirt, pacemaker",
            ])
    }
}
