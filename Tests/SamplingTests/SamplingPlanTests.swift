// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Sampling
import Testing

@Suite struct SamplingPlanTests {
    private func names(_ group: SamplingPlan.Group) -> [String] {
        group.collectors.map { type(of: $0).name }
    }

    private func group(of name: String, in plan: SamplingPlan) -> SamplingPlan.Group? {
        plan.groups.first { names($0).contains(name) }
    }

    @Test func `what only monitors know is read at an interval of its own, in one call`() throws {
        let plan = SamplingPlan(interval: .seconds(10), monitorInterval: .seconds(30))
        let block = try #require(group(of: "block", in: plan))
        #expect(block.tier == .monitor && block.interval == .seconds(30))
        #expect(names(block).contains("memory") && names(block).contains("vcpu"))
        #expect(block.needs.isSuperset(of: [.block, .balloon, .vcpu, .cpuTotal]))
        let information = try #require(group(of: "information", in: plan))
        #expect(information.tier == .information && information.interval == .seconds(10))
        let interface = try #require(group(of: "interface", in: plan))
        #expect(interface.tier == .round && interface.needs.isSubset(of: .withoutMonitor))
    }

    @Test func `no collector reaches a monitor at the rounds' own interval unless it is told to`() {
        let plan = SamplingPlan(interval: .seconds(10), monitorInterval: .seconds(30))
        for group in plan.groups where group.interval == .seconds(10) {
            #expect(group.tier == .round || group.tier == .information)
        }
    }

    @Test func `a collector can be left out, taken in, and given an interval`() throws {
        let plan = SamplingPlan(
            interval: .seconds(10), monitorInterval: .seconds(30),
            choices: ["block": .every(.seconds(60)), "openstack": .off, "memory": .every(.seconds(1))])
        #expect(!plan.runs("openstack") && plan.runs("block") && plan.runs("state"))
        let block = try #require(group(of: "block", in: plan))
        #expect(names(block) == ["block"] && block.interval == .seconds(60) && block.needs == .block)
        // No more often than there are rounds.
        #expect(group(of: "memory", in: plan)?.interval == .seconds(10))
    }

    @Test func `what is not on by default stays out`() {
        let plan = SamplingPlan(interval: .seconds(10))
        let on = Set(plan.groups.flatMap { names($0) } + ["state"])
        let others = Collectors.all.filter { $0.tier != .guest }.map { type(of: $0) }
        #expect(on == Set(others.filter { $0.isDefault }.map { $0.name }))
    }
}

@Suite struct DomainFilterTests {
    @Test(arguments: [
        ("web-1", true), ("web-12", true), ("web-", false), ("db-1", true), ("db-1-old", false), ("mail", false),
    ])
    func `a name matches by shell pattern or by a regular expression between slashes`(name: String, isIn: Bool) {
        let filter = DomainFilter(include: [#"/web-\d+/"#, "db-*"], exclude: ["/.*-old/"])
        #expect(filter.covers(name) == isIn)
    }

    @Test func `a text between slashes that is no regular expression is told, and matches nothing`() {
        #expect(NamePattern.problem(of: "/(/") != nil)
        #expect(!NamePattern("/(/").matches("("))
        #expect(NamePattern.problem(of: "(") == nil && NamePattern.problem(of: "/a|b/") == nil)
    }
}
