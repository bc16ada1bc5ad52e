// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Testing
import Vocabulary

@testable import Sampling

@Suite struct DetailCollectorTests {
    private func lines(_ collector: any Collector, _ fill: (inout DomainDetails) -> Void) -> [String] {
        var details = DomainDetails()
        fill(&details)
        return Readings.lines(collector, DomainReading(stats: Readings.stats(), details: details))
    }

    @Test func `a job has figures while it runs, in base units`() {
        let figures: [DomainJob.Figure: UInt64] = [
            .operation: 2, .timeElapsed: 1500, .memoryTotal: 4096, .throttle: 20,
        ]
        let running = lines(JobCollector()) { $0.job = DomainJob(type: 2, figures: figures) }
        #expect(
            running == [
                #"libvirt_domain_job_info_type{domain="web1"} 2.0"#,
                #"libvirt_domain_job_info_time_elapsed_seconds{domain="web1"} 1.5"#,
                #"libvirt_domain_job_info_memory_total_bytes{domain="web1"} 4096.0"#,
                #"libvirt_domain_job_operation_code{domain="web1"} 2.0"#,
                #"libvirt_domain_job_throttle_ratio{domain="web1"} 0.2"#,
            ])
        for type in [0, 3, 4, 5] as [Int32] {
            #expect(lines(JobCollector()) { $0.job = DomainJob(type: type, figures: figures) }.isEmpty)
        }
    }

    @Test func `what a job transfers, and how, is told while it runs`() {
        let figures: [DomainJob.Figure: UInt64] = [
            .setupTime: 40, .memoryConstant: 7, .memoryNormal: 2, .memoryNormalBytes: 8192, .diskRate: 5,
            .diskTempUsed: 1, .diskTempTotal: 9, .compressionCache: 64, .compressionBytes: 3, .compressionPages: 4,
            .compressionCacheMisses: 6, .compressionOverflow: 1, .vfioTransferred: 11, .timeElapsedNet: 1,
            .downtimeNet: 1,
        ]
        let values = [
            ("setup_time_seconds", "0.04"), ("memory_constant_pages", "7.0"), ("memory_normal_pages", "2.0"),
            ("memory_normal_bytes", "8192.0"), ("disk_bytes_per_second", "5.0"), ("disk_temp_used_bytes", "1.0"),
            ("disk_temp_total_bytes", "9.0"), ("compression_cache_bytes", "64.0"), ("compression_bytes", "3.0"),
            ("compression_pages", "4.0"), ("compression_cache_misses", "6.0"), ("compression_overflows", "1.0"),
            ("vfio_transferred_bytes", "11.0"),
        ]
        #expect(
            lines(JobCollector()) { $0.job = DomainJob(type: 2, figures: figures) }.dropFirst()
                == values.map { #"libvirt_domain_job_\#($0){domain="web1"} \#($1)"# }[...])
        let ended = [("time_elapsed_net", "0.001"), ("downtime_net", "0.001"), ("setup_time", "0.04")]
        #expect(
            lines(JobCollector()) { $0.completedJob = DomainJob(type: 3, figures: figures) }
                == ended.map { #"libvirt_domain_completed_job_\#($0)_seconds{domain="web1"} \#($1)"# })
    }

    @Test func `a job that has ended has names of its own`() {
        let ended = lines(JobCollector()) {
            $0.completedJob = DomainJob(
                type: 3, figures: [.operation: 5, .timeElapsed: 2500, .downtime: 250, .success: 1])
        }
        #expect(
            ended == [
                #"libvirt_domain_completed_job_operation_code{domain="web1"} 5.0"#,
                #"libvirt_domain_completed_job_time_elapsed_seconds{domain="web1"} 2.5"#,
                #"libvirt_domain_completed_job_downtime_seconds{domain="web1"} 0.25"#,
                #"libvirt_domain_completed_job_success{domain="web1"} 1.0"#,
            ])
    }

    @Test func `a disk's job is told by target`() {
        let jobs = lines(BlockJobCollector()) {
            $0.blockJobs = ["vda": BlockJob(type: 2, current: 5, end: 10)]
        }
        #expect(
            jobs == [
                #"libvirt_domain_block_job_type_code{domain="web1", target_device="vda"} 2.0"#,
                #"libvirt_domain_block_job_current_bytes{domain="web1", target_device="vda"} 5.0"#,
                #"libvirt_domain_block_job_end_bytes{domain="web1", target_device="vda"} 10.0"#,
            ])
        #expect(lines(BlockJobCollector()) { $0.blockJobs = [:] }.isEmpty)
    }

    @Test func `each disk has a series for each reason, and one more for a reason without a word`() {
        func line(_ disk: String, _ reason: String, _ value: Int) -> String {
            #"libvirt_domain_block_error{domain="web1", reason="\#(reason)", target_device="\#(disk)"} \#(value).0"#
        }
        let found = lines(DiskErrorCollector()) {
            $0.disks = ["vda", "vdb", ""]
            $0.diskErrors = ["vdb": 2, "vdc": 7]
        }
        #expect(
            found == [
                line("vda", "unspecified", 0), line("vda", "no_space", 0), line("vdb", "unspecified", 0),
                line("vdb", "no_space", 1), line("vdc", "unspecified", 0), line("vdc", "no_space", 0),
                line("vdc", "7", 1),
            ])
        #expect(lines(DiskErrorCollector()) { $0.disks = ["vda"] }.isEmpty)
    }

    @Test func `a domain that runs again has no error, though QEMU lists it still`() {
        var reading = DomainReading(stats: Readings.stats(), details: DomainDetails())
        reading.details?.disks = ["vda"]
        reading.details?.diskErrors = ["vda": 2]
        func values() -> [Substring?] {
            Readings.lines(DiskErrorCollector(), reading).map { $0.split(separator: " ").last }
        }
        reading.stats.status = Readings.status(3, 5)
        #expect(values() == ["0.0", "1.0"])
        reading.stats.status = Readings.status(1)
        #expect(values() == ["0.0", "0.0"])
    }

    @Test(arguments: [
        (
            "<kubevirt xmlns='http://kubevirt.io'><uid>u-1</uid></kubevirt>", "shop_web1", "kubevirt",
            #"namespace="shop", vmi_name="web1", vmi_uid="u-1"} 1.0"#
        ),
        (
            "<kubevirt xmlns='http://kubevirt.io'/>", "web1", "kubevirt", #"{domain="web1", vmi_name="web1"} 1.0"#
        ),
        (
            "<o:vm xmlns:o='http://ovirt.org/vm/1.0'><o:clusterVersion>4.7</o:clusterVersion></o:vm>", "web1", "ovirt",
            #"{cluster_version="4.7", domain="web1", vm_id="00112233-4455-6677-8899-aabbccddeeff", vm_name="web1"} 1.0"#
        ),
        (
            "<o:vm xmlns:o='http://ovirt.org/vm/1.0'><clusterVersion>4.2</clusterVersion></o:vm>", "web1", "ovirt",
            #"{cluster_version="4.2", domain="web1", vm_id="#
        ),
    ])
    func `whose domain it is, as its manager wrote it`(
        metadata: String, domain: String, manager: String, expected: String
    ) throws {
        let description = try DomainDescription.parse("<domain><metadata>\(metadata)</metadata></domain>")
        let reading = DomainReading(
            stats: DomainStats(uuid: Readings.uuid, name: domain), description: description)
        for collector in [KubeVirtCollector(), OvirtCollector()] as [any Collector] {
            let lines = Readings.lines(collector, reading)
            #expect(lines.count == (type(of: collector).name == manager ? 1 : 0))
            #expect(lines.allSatisfy { $0.hasPrefix("libvirt_domain_\(manager)_info{") && $0.contains(expected) })
        }
    }

    @Test func `limits are there where there is one`() {
        let disk = lines(BlockLimitCollector()) {
            var limits = BlockLimits()
            limits.bytes[.total] = 1000
            limits.burstRequests[.write] = 7
            $0.blockLimits = ["vda": limits, "vdb": BlockLimits()]
        }
        #expect(
            disk == [
                #"libvirt_domain_block_limit_bytes_per_second"#
                    + #"{burst="false", direction="total", domain="web1", target_device="vda"} 1000.0"#,
                #"libvirt_domain_block_limit_requests_per_second"#
                    + #"{burst="true", direction="write", domain="web1", target_device="vda"} 7.0"#,
            ])
        let interface = lines(InterfaceLimitCollector()) {
            var limits = InterfaceLimits()
            limits.rates[.inbound] = ["average": 2]
            limits.burst[.outbound] = 3
            $0.interfaceLimits = ["vnet0": limits]
        }
        #expect(
            interface == [
                #"libvirt_domain_interface_limit_bytes_per_second"#
                    + #"{direction="inbound", domain="web1", limit="average", target_device="vnet0"} 2000.0"#,
                #"libvirt_domain_interface_limit_burst_bytes"#
                    + #"{direction="outbound", domain="web1", target_device="vnet0"} 3072.0"#,
            ])
    }

    @Test func `counts, places, messages and addresses are what the calls told`() {
        #expect(
            lines(SnapshotCollector()) {
                $0.snapshots = 3
                $0.checkpoints = 0
            } == [
                #"libvirt_domain_snapshots{domain="web1"} 3.0"#, #"libvirt_domain_checkpoints{domain="web1"} 0.0"#,
            ])
        #expect(
            lines(VCPUPlaceCollector()) { $0.vcpuPlaces = [3: 0] } == [
                #"libvirt_domain_vcpu_cpu{domain="web1", vcpu="3"} 0.0"#
            ])
        #expect(
            lines(MessageCollector()) { $0.messages = [DomainMessage(kind: "tainting", text: "it is")] } == [
                #"libvirt_domain_message_info{domain="web1", kind="tainting", message="it is"} 1.0"#
            ])
        let address = DomainAddress(
            interface: "vnet0", mac: "52:54:00:00:00:01", family: "ipv4", address: "192.0.2.7", source: "lease")
        #expect(
            lines(AddressCollector()) { $0.addresses = [address, address] } == [
                #"libvirt_domain_address_info{address="192.0.2.7", domain="web1", family="ipv4", "#
                    + #"mac="52:54:00:00:00:01", source="lease", target_device="vnet0"} 1.0"#
            ])
    }

    @Test func `a guest's words stand in an info series, its figures apart`() {
        var guest = GuestInfo()
        guest.osID = "debian"
        guest.hostname = String(repeating: "h", count: 1000)
        guest.users = 0
        guest.load1 = 0.5
        guest.filesystems = [
            .init(mountpoint: "/", kind: "ext4", device: "vda1", total: 10, used: 4), .init(mountpoint: "/x"),
        ]
        let found = Readings.lines(
            GuestCollector(), DomainReading(stats: Readings.stats(), guest: guest, isGuestAgentUp: true))
        let place = #"{device="vda1", domain="web1", fstype="ext4", mountpoint="/"}"#
        #expect(found.first == #"libvirt_domain_guest_agent_up{domain="web1"} 1.0"#)
        #expect(found.count == 7)
        #expect(found[1].hasPrefix(#"libvirt_domain_guest_info{domain="web1", hostname="hhhh"#))
        #expect(found[1].utf8.count < 400)
        #expect(
            found.dropFirst(2) == [
                "libvirt_domain_guest_filesystem_size_bytes\(place) 10.0",
                "libvirt_domain_guest_filesystem_used_bytes\(place) 4.0",
                #"libvirt_domain_guest_filesystems_dropped{domain="web1"} 0.0"#,
                #"libvirt_domain_guest_load1{domain="web1"} 0.5"#, #"libvirt_domain_guest_users{domain="web1"} 0.0"#,
            ])
        let silent = DomainReading(stats: Readings.stats(), guest: GuestInfo(), isGuestAgentUp: false)
        #expect(
            Readings.lines(GuestCollector(), silent) == [#"libvirt_domain_guest_agent_up{domain="web1"} 0.0"#])
    }

    @Test func `collectors that ask say what they ask, and those that cost more are not on by default`() {
        // What is there for other exporters' dashboards asks nothing of its own.
        let own = Collectors.all.filter { !($0 is InovexJobCollector || $0 is TinkoffLimitCollector) }
        let asked = own.flatMap(\.calls)
        #expect(Set(asked) == Set(DomainCall.allCases))
        #expect(asked.count == Set(asked).count)
        #expect(
            own.filter { !type(of: $0).isDefault && !$0.calls.isEmpty }.map { type(of: $0).name } == [
                "address", "block_limit", "interface_limit", "vcpu_place",
            ])
    }
}
