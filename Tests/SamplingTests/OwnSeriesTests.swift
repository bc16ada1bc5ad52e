// SPDX-License-Identifier: Apache-2.0
import Sampling
import Testing
import Vocabulary

@Suite struct OwnSeriesTests {
    private static let rounds = MetricFamily("virtwarden_rounds_total", .counter, "Rounds.")

    @Test func `reuses its layout while families and labels stay`() {
        var own = OwnSeries(host: "east")
        let first = own.batch([(Self.rounds, [("tier", "1")], 1)], at: Readings.time)
        let second = own.batch([(Self.rounds, [("tier", "1")], 2)], at: Readings.time)
        let third = own.batch([(Self.rounds, [("tier", "2")], 2)], at: Readings.time)
        #expect(first.layout === second.layout)
        #expect(third.layout !== second.layout)
        #expect(Readings.lines(second) == [#"virtwarden_rounds_total{host="east", tier="1"} 2.0"#])
        #expect(Readings.lines(third) == [#"virtwarden_rounds_total{host="east", tier="2"} 2.0"#])
    }
}

@Suite struct HostSeriesTests {
    @Test func `a host that answers has counts by state`() {
        var host = HostSeries(host: nil)
        let versions = HostSeries.Versions(hypervisor: "7.2.0", daemon: "9.0.0", library: "9.0.0")
        let batch = host.batch(counts: ["shutoff": 1, "running": 2], versions: versions, at: Readings.time)
        #expect(
            Readings.lines(batch) == [
                "libvirt_up 1.0", "libvirt_domains 3.0", #"libvirt_domains_by_state{state="running"} 2.0"#,
                #"libvirt_domains_by_state{state="shutoff"} 1.0"#,
                #"libvirt_versions_info{hypervisor_running="7.2.0", libvirt_library="9.0.0", "#
                    + #"libvirtd_running="9.0.0"} 1.0"#,
            ])
    }

    @Test func `what domains may use of the host is added up by state, and absent where it is not known`() {
        var host = HostSeries(host: nil)
        var running = HostSeries.Allocation(vcpus: 2, memory: 1)
        running.add(.init(vcpus: 3))
        running.add(.init(memory: 4))
        var huge = HostSeries.Allocation(memory: .max)
        huge.add(huge)
        #expect(huge == .init(memory: .max))
        let batch = host.batch(
            counts: [:], allocated: ["running": running, "shutoff": .init()], versions: nil, at: Readings.time)
        #expect(
            Readings.lines(batch).suffix(2) == [
                #"libvirt_allocated_vcpus{state="running"} 5.0"#,
                #"libvirt_allocated_memory_bytes{state="running"} 5120.0"#,
            ])
        #expect(batch.values.count == 4)
    }

    @Test func `a host that does not answer is down and counts nothing`() {
        var host = HostSeries(host: nil)
        #expect(Readings.lines(host.batch(counts: nil, versions: nil, at: Readings.time)) == ["libvirt_up 0.0"])
    }
}
