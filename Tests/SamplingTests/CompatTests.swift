// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Sampling
import Testing
import Vocabulary

@Suite struct CompatTests {
    private static let xml = """
        <domain><metadata><nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1">
        <nova:name>shop</nova:name><nova:flavor name="m1"/><nova:owner><nova:user uuid="u">ada</nova:user>
        <nova:project uuid="p">shops</nova:project></nova:owner><nova:root type="image" uuid="r"/></nova:instance>
        </metadata>
        <devices><disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/>
        <source file='/d/a.raw'/><target dev='vda' bus='virtio'/></disk>
        <interface type='bridge'><source bridge='br0'/><target dev='vnet0'/></interface></devices></domain>
        """

    private func reading(openStack: Bool = true) throws -> DomainReading {
        var stats = Readings.stats()
        stats.status = Readings.status(1)
        var balloon = BalloonStats()
        balloon.current = 1
        balloon.swapIn = 2
        balloon.diskCaches = 3
        stats.balloon = balloon
        var disk = Readings.disk("vda", readBytes: 7)
        disk.allocation = 8
        disk.physical = 9
        disk.readTimes = 1_000_000_000
        stats.disks = [disk]
        stats.interfaces = [Readings.interface("vnet0", receiveBytes: 5)]
        let description = try DomainDescription.parse(openStack ? Self.xml : "<domain/>")
        return DomainReading(stats: stats, description: description)
    }

    @Test func `inovex's names`() throws {
        #expect(
            Readings.lines(InovexCollector(), try reading()) == [
                #"libvirt_domain_memory_stats_swap_in_bytes{domain="web1"} 2048.0"#
            ])
    }

    @Test func `the state under the three exporters' names`() throws {
        #expect(
            Readings.lines(InovexStateCollector(), try reading()) == [
                #"libvirt_domain_info_state{domain="web1", state_desc="the domain is running"} 1.0"#
            ])
        #expect(
            Readings.lines(TinkoffStateCollector(), try reading()) == [
                #"libvirt_domain_info_vstate{domain="web1"} 1.0"#
            ])
        #expect(
            Readings.lines(KuminaStateCollector(), try reading(openStack: false)) == [
                #"libvirt_domain_state_code{domain="web1", uuid="00112233-4455-6677-8899-aabbccddeeff"} 1.0"#
            ])
    }

    @Test func `Tinkoff's names`() throws {
        #expect(
            Readings.lines(TinkoffCollector(), try reading()) == [
                #"libvirt_domain_memory_stats_actual_balloon_bytes{domain="web1"} 1024.0"#,
                #"libvirt_domain_memory_stats_disk_cache_bytes{domain="web1"} 3072.0"#,
                #"libvirt_domain_block_stats_allocation{domain="web1", target_device="vda"} 8.0"#,
                #"libvirt_domain_block_stats_physicalsize_bytes{domain="web1", target_device="vda"} 9.0"#,
                #"libvirt_domain_info_meta{domain="web1", flavor="m1", instance_name="shop", project_name="shops", "#
                    + #"project_uuid="p", root_type="image", root_uuid="r", user_name="ada", user_uuid="u", "#
                    + #"uuid="00112233-4455-6677-8899-aabbccddeeff"} 1.0"#,
                #"libvirt_domain_block_meta{bus="virtio", cache="none", disk_type="file", domain="web1", "#
                    + #"driver_type="raw", source_file="/d/a.raw", target_device="vda"} 1.0"#,
                #"libvirt_domain_interface_meta{domain="web1", source_bridge="br0", target_device="vnet0"} 1.0"#,
            ])
    }

    private static let sources = """
        <domain><devices><disk type='file'><source file='/d/a'/><target dev='vda'/></disk>
        <disk type='block'><source dev='/dev/b'/><target dev='vdb'/></disk>
        <disk type='network'><source protocol='rbd' name='p/c'/><target dev='vdc'/></disk>
        <disk type='volume'><source pool='p' volume='d'/><target dev='vdd'/></disk></devices></domain>
        """

    @Test(arguments: [
        ("kumina", ["vda": "/d/a"]),
        ("tinkoff", ["vda": "/d/overlay", "vdb": "/dev/b", "vdc": "p/c", "vdd": "/pool/d"]),
    ])
    func `the source of a disk is what the other exporter shows`(name: String, expected: [String: String]) throws {
        var reading = DomainReading(stats: Readings.stats(), description: try DomainDescription.parse(Self.sources))
        reading.stats.disks = ["vda", "vdb", "vdc", "vdd"].map { Readings.disk($0, readBytes: 1) }
        // As after a snapshot, of which the definition was not read yet.
        (reading.stats.disks[0].path, reading.stats.disks[3].path) = ("/d/overlay", "/pool/d")
        let collector = try #require(Collectors.all.first { type(of: $0).name == name })
        var sampler = DomainSampler(domain: "web1", host: nil)
        let batch = sampler.batch(reading, collectors: [collector], at: Readings.time)
        var found: [String: String] = [:]
        for series in batch.layout.series {
            guard let disk = series.labels["target_device"], let source = series.labels["source_file"] else { continue }
            found[disk] = source
        }
        #expect(found == expected)
    }

    @Test func `Tinkoff's limits are there for every disk, 0 for none`() {
        var limits = BlockLimits()
        limits.bytes[.write] = 1000
        limits.burstRequestsLength[.total] = 60
        limits.requestSize = 4096
        var details = DomainDetails()
        details.blockLimits = ["vda": limits, "vdb": BlockLimits()]
        let lines = Readings.lines(
            TinkoffLimitCollector(), DomainReading(stats: Readings.stats(), details: details))
        let names = ["total", "read", "write"].flatMap {
            [
                "limit_\($0)_bytes", "limit_\($0)_requests", "limit_burst_\($0)_bytes", "limit_burst_\($0)_requests",
                "limit_burst_\($0)_bytes_length_seconds", "limit_burst_length_\($0)_requests_seconds",
            ]
        }
        let set = [
            "limit_write_bytes": "1000", "limit_burst_length_total_requests_seconds": "60", "size_iops_bytes": "4096",
        ]
        let expected = (names + ["size_iops_bytes"]).flatMap { name in
            ["vda", "vdb"].map { disk in
                let value = disk == "vda" ? set[name] ?? "0" : "0"
                return "libvirt_domain_block_stats_\(name){domain=\"web1\", target_device=\"\(disk)\"} \(value).0"
            }
        }
        #expect(lines.count == 38 && lines.sorted() == expected.sorted())
    }

    @Test func `Tinkoff's pools have names of their own while they run`() {
        var series = TinkoffPoolSeries(pool: "images", host: nil)
        var reading = StoragePoolReading()
        (reading.state, reading.capacity, reading.allocation, reading.available) = (2, 3, 1, 2)
        #expect(
            Readings.lines(series.batch(reading, at: Readings.time)) == [
                #"libvirt_pool_info_capacity_bytes{pool="images"} 3.0"#,
                #"libvirt_pool_info_allocation_bytes{pool="images"} 1.0"#,
                #"libvirt_pool_info_available_bytes{pool="images"} 2.0"#,
            ])
        reading.state = 0
        #expect(series.batch(reading, at: Readings.time).values.isEmpty)
        #expect(series.batch(nil, at: Readings.time).values.isEmpty)
    }

    @Test func `inovex's job is 0 while there is none, and no series twice while there is one`() {
        func lines(_ job: DomainJob?) -> [String] {
            var details = DomainDetails()
            details.job = job
            return Readings.lines(InovexJobCollector(), DomainReading(stats: Readings.stats(), details: details))
        }
        let idle = lines(DomainJob(type: 0))
        #expect(idle.count == 12 && idle.allSatisfy { $0.hasSuffix(" 0.0") })
        #expect(idle.contains(#"libvirt_domain_job_info_data_total_bytes{domain="web1"} 0.0"#))
        #expect(
            lines(DomainJob(type: 1, figures: [.dataTotal: 5])) == [
                #"libvirt_domain_job_info_type{domain="web1"} 1.0"#,
                #"libvirt_domain_job_info_data_total_bytes{domain="web1"} 5.0"#,
            ])
        #expect(lines(nil).isEmpty)
    }

    @Test func `kumina's number counts the domains that run`() {
        var host = HostSeries(host: nil, hasNumber: true)
        let batch = host.batch(counts: ["running": 2, "paused": 1, "shutoff": 4], versions: nil, at: Readings.time)
        #expect(Readings.lines(batch).contains("libvirt_domains_number 3.0"))
    }

    @Test func `kumina's labels`() throws {
        let uuid = #"uuid="00112233-4455-6677-8899-aabbccddeeff""#
        let nova = Readings.lines(KuminaCollector(), try reading())
        #expect(
            nova.contains(
                #"libvirt_domain_block_stats_read_bytes_total{domain="web1", flavor="m1", name="shop", "#
                    + #"project_name="shops", source_file="/d/a.raw", target_device="vda", \#(uuid)} 7.0"#))
        let plain = Readings.lines(KuminaCollector(), try reading(openStack: false))
        #expect(plain.contains(#"libvirt_domain_info_memory_usage_bytes{domain="web1", \#(uuid)} 1024.0"#))
        #expect(
            plain.contains(
                #"libvirt_domain_interface_stats_receive_bytes_total{domain="web1", target_device="vnet0", \#(uuid)} 5.0"#
            )
        )
        #expect(
            plain.contains(
                #"libvirt_domain_block_stats_read_seconds_total{domain="web1", target_device="vda", \#(uuid)} 1.0"#))
    }

    @Test func `kumina's exporter lists no domain that is shut off`() throws {
        var off = try reading()
        off.stats.status = Readings.status(5)
        #expect(Readings.lines(KuminaCollector(), off).isEmpty)
        // One that crashed is still there.
        off.stats.status = Readings.status(6)
        #expect(!Readings.lines(KuminaCollector(), off).isEmpty)
    }

    @Test func `a mode whose labels differ takes the place of what it has`() {
        let plan = SamplingPlan(interval: .seconds(10), choices: ["kumina": .on])
        #expect(!plan.runs("block") && !plan.runs("interface") && !plan.runs("information") && plan.runs("memory"))
        let other = SamplingPlan(interval: .seconds(10), choices: ["tinkoff": .on, "inovex": .on])
        #expect(other.runs("block") && other.runs("tinkoff") && other.runs("inovex"))
        #expect(!SamplingPlan(interval: .seconds(10), choices: ["inovex_job": .on]).runs("job"))
    }
}
