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

    @Test func `reads the interval and what is asked for beyond`() throws {
        let text = "sampling: {slow_interval: 5m, volumes: true, leases: true, pool_refresh: true, uuid_label: true}"
        let sampling = try ConfigurationFile.parse(text, path: "c.yml").get().sampling
        #expect(sampling.slowInterval == .seconds(300))
        #expect(sampling.uuidLabel && sampling.plan.hasUUIDLabel && !SamplingSettings().plan.hasUUIDLabel)
        #expect(sampling.volumes && sampling.leases && sampling.poolRefresh)
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
