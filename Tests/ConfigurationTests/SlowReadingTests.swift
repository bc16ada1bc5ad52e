// SPDX-License-Identifier: Apache-2.0
import Configuration
import Sampling
import Testing
import Vocabulary

@Suite struct SlowReadingTests {
    @Test func `what is beside the domains is read each minute, and no more than that`() throws {
        let sampling = try ConfigurationFile.parse("sampling: {interval: 5s}", path: "c.yml").get().sampling
        #expect(sampling.slowInterval == .seconds(60))
        #expect(!sampling.volumes && !sampling.leases && !sampling.poolRefresh)
    }

    @Test func `another exporter's mode brings what its dashboards read, unless the settings say otherwise`() throws {
        func plan(_ text: String) throws -> SamplingPlan {
            try ConfigurationFile.parse("sampling: {\(text)}", path: "c.yml").get().sampling.plan
        }
        let tinkoff = try plan("compat: [tinkoff]")
        #expect(["tinkoff", "tinkoff_limit", "vcpu_place"].allSatisfy(tinkoff.runs))
        let without = try plan("compat: [tinkoff], collectors: {vcpu_place: off}")
        #expect(without.runs("tinkoff_limit") && !without.runs("vcpu_place"))
        let inovex = try plan("compat: [inovex]")
        #expect(inovex.runs("inovex") && inovex.runs("inovex_job") && !inovex.runs("job"))
        #expect(try plan("compat: [kumina]").runs("kumina") && plan("compat: [kumina]").runs("job"))
    }

    @Test func `reads the interval and what is asked for beyond`() throws {
        let text = "sampling: {slow_interval: 5m, volumes: true, leases: true, pool_refresh: true, uuid_label: true}"
        let sampling = try ConfigurationFile.parse(text, path: "c.yml").get().sampling
        #expect(sampling.slowInterval == .seconds(300))
        #expect(sampling.uuidLabel && sampling.plan.hasUUIDLabel && !SamplingSettings().plan.hasUUIDLabel)
        #expect(sampling.volumes && sampling.leases && sampling.poolRefresh)
    }

    @Test func `reads which of the hypervisor's statistics are shown`() throws {
        let text = "sampling: {collectors: {hypervisor: on}, hypervisor_names: [\"halt_*\"]}"
        let plan = try ConfigurationFile.parse(text, path: "c.yml").get().sampling.plan
        #expect(plan.runs("hypervisor") && plan.hypervisorNames == ["halt_*"])
        var other = SamplingSettings(collectors: ["hypervisor": .on])
        #expect(other.plan.hypervisorNames == ["*"] && other.plan != plan)
        other.hypervisorNames = ["halt_*"]
        #expect(other.plan == plan)
    }

    @Test func `refuses what is no duration`() {
        guard case .failure(let problems) = ConfigurationFile.parse("sampling: {slow_interval: 2}", path: "c.yml")
        else {
            Issue.record("it was taken")
            return
        }
        #expect(
            problems.description.hasPrefix("c.yml:1:27: sampling.slow_interval: expected a duration from 500ms to 1h"))
    }
}
