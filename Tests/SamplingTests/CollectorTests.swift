// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Testing
import Vocabulary

@testable import Sampling

@Suite struct CollectorTests {
    @Test func `state is a set with one 1, and two codes`() {
        var stats = Readings.stats()
        stats.status = Readings.status(1, 5)
        let lines = Readings.lines(StateCollector(), stats)
        #expect(lines.contains(#"libvirt_domain_state{domain="web1", state="running"} 1.0"#))
        #expect(lines.count { $0.hasPrefix("libvirt_domain_state{") && $0.hasSuffix(" 1.0") } == 1)
        #expect(lines.count == DomainState.known.count + 2)
        #expect(
            lines.suffix(2) == [
                #"libvirt_domain_state_code{domain="web1"} 1.0"#,
                #"libvirt_domain_state_reason_code{domain="web1"} 5.0"#,
            ])
    }

    @Test func `a state without a word is shown while it lasts`() {
        var stats = Readings.stats()
        stats.status = Readings.status(42)
        let lines = Readings.lines(StateCollector(), stats)
        #expect(lines.count == DomainState.known.count + 3)
        #expect(lines.count { $0.hasPrefix("libvirt_domain_state{") && $0.hasSuffix(" 1.0") } == 1)
        #expect(lines.contains(#"libvirt_domain_state_code{domain="web1"} 42.0"#))
    }

    @Test func `CPU time is in seconds`() {
        var stats = Readings.stats()
        var cpu = CPUStats()
        cpu.time = 1_500_000_000
        cpu.haltpollFail = 2_000_000_000
        stats.cpu = cpu
        #expect(
            Readings.lines(InformationCollector(), stats) == [
                #"libvirt_domain_info_cpu_time_seconds_total{domain="web1"} 1.5"#
            ])
        #expect(
            Readings.lines(CPUCollector(), stats) == [
                #"libvirt_domain_cpu_haltpoll_seconds_total{domain="web1", result="fail"} 2.0"#
            ])
    }

    @Test func `vCPUs keep their own index`() {
        var stats = Readings.stats()
        stats.vcpuCurrent = 2
        stats.vcpuMaximum = 4
        var vcpu = VCPUStats(index: 3)
        vcpu.time = 3_000_000_000
        vcpu.state = 1
        vcpu.halted = true
        stats.vcpus = [vcpu]
        #expect(
            Readings.lines(VCPUCollector(), stats) == [
                #"libvirt_domain_vcpu_current{domain="web1"} 2.0"#,
                #"libvirt_domain_vcpu_maximum{domain="web1"} 4.0"#,
                #"libvirt_domain_vcpu_time_seconds_total{domain="web1", vcpu="3"} 3.0"#,
                #"libvirt_domain_vcpu_state{domain="web1", vcpu="3"} 1.0"#,
                #"libvirt_domain_vcpu_halted{domain="web1", vcpu="3"} 1.0"#,
            ])
    }

    @Test func `memory is in bytes, and what the guest did not report is absent`() {
        var stats = Readings.stats()
        var balloon = BalloonStats()
        balloon.current = 1024
        balloon.maximum = 2048
        balloon.rss = 1
        balloon.lastUpdate = 0
        balloon.available = 0
        balloon.usable = 0
        stats.balloon = balloon
        #expect(
            Readings.lines(MemoryCollector(), stats) == [
                #"libvirt_domain_memory_stats_current_balloon_bytes{domain="web1"} 1048576.0"#,
                #"libvirt_domain_memory_stats_maximum_bytes{domain="web1"} 2097152.0"#,
                #"libvirt_domain_memory_stats_available_bytes{domain="web1"} 0.0"#,
                #"libvirt_domain_memory_stats_usable_bytes{domain="web1"} 0.0"#,
                #"libvirt_domain_memory_stats_rss_bytes{domain="web1"} 1024.0"#,
            ])
    }

    @Test func `what virDomainGetInfo tells has the older exporters' names`() {
        var stats = Readings.stats()
        var balloon = BalloonStats()
        balloon.current = 1024
        balloon.maximum = 2048
        stats.balloon = balloon
        stats.vcpuCurrent = 2
        #expect(
            Readings.lines(InformationCollector(), stats) == [
                #"libvirt_domain_info_maximum_memory_bytes{domain="web1"} 2097152.0"#,
                #"libvirt_domain_info_memory_usage_bytes{domain="web1"} 1048576.0"#,
                #"libvirt_domain_info_virtual_cpus{domain="web1"} 2.0"#,
            ])
    }

    @Test func `used memory is a ratio, and a percentage under its old name`() {
        var stats = Readings.stats()
        var balloon = BalloonStats()
        balloon.available = 400
        balloon.usable = 100
        stats.balloon = balloon
        let lines = Readings.lines(MemoryCollector(), stats)
        #expect(lines.contains(#"libvirt_domain_memory_stats_used_ratio{domain="web1"} 0.75"#))
        #expect(lines.contains(#"libvirt_domain_memory_stats_used_percent{domain="web1"} 75.0"#))
        #expect(MemoryCollector.usedRatio(usable: 5, available: 4) == 0)
        #expect(MemoryCollector.usedRatio(usable: nil, available: 4) == nil)
    }

    @Test func `devices are told apart by target, those without a name are left out`() {
        var stats = Readings.stats()
        stats.disks = [Readings.disk("vda", readBytes: 7), Readings.disk("", readBytes: 8), Readings.disk("vdb")]
        stats.interfaces = [Readings.interface("", receiveBytes: 1), Readings.interface("vnet0", receiveBytes: 2)]
        #expect(
            Readings.lines(BlockCollector(), stats) == [
                #"libvirt_domain_block_stats_read_bytes_total{domain="web1", target_device="vda"} 7.0"#
            ])
        #expect(
            Readings.lines(InterfaceCollector(), stats) == [
                #"libvirt_domain_interface_stats_receive_bytes_total{domain="web1", target_device="vnet0"} 2.0"#
            ])
    }

    @Test func `the definition's words are labels, a missing word is none`() throws {
        let xml = "<domain><title>T</title><os><type arch='x86_64'>hvm</type></os></domain>"
        let reading = DomainReading(
            stats: Readings.stats(), description: try DomainDescription.parse(xml), isPersistent: true,
            hasAutostart: false)
        #expect(
            Readings.lines(DefinitionCollector(), reading) == [
                #"libvirt_domain_info{domain="web1", os_type="hvm", os_type_arch="x86_64", persistent="true", "#
                    + #"title="T", uuid="00112233-4455-6677-8899-aabbccddeeff"} 1.0"#,
                #"libvirt_domain_autostart{domain="web1"} 0.0"#, #"libvirt_domain_persistent{domain="web1"} 1.0"#,
            ])
    }

    @Test func `labels come from the metadata by path, in a series of their own`() throws {
        let xml = """
            <domain><metadata><a:app xmlns:a="http://example.org/app"><a:owner team="shop"> Ada "L" </a:owner></a:app>
            </metadata></domain>
            """
        let paths = MetadataPaths(
            namespaces: ["app": "http://example.org/app"],
            paths: [
                .init(name: "owner", expression: "app:app/app:owner"),
                .init(name: "team", expression: "app:app/app:owner/@team"),
                .init(name: "none", expression: "app:nothing"), .init(name: "count", expression: "count(//app:owner)"),
            ])
        let reading = DomainReading(
            stats: Readings.stats(), description: try DomainDescription.parse(xml, metadata: paths))
        #expect(
            Readings.lines(MetadataCollector(), reading) == [
                #"libvirt_domain_metadata_info{count="1", domain="web1", owner="Ada \"L\"", team="shop"} 1.0"#
            ])
    }

    @Test(arguments: Collectors.all.filter { !($0 is DefinitionCollector) })
    func `an empty reading gives nothing`(collector: any Collector) {
        #expect(Readings.lines(collector, Readings.stats()).isEmpty)
    }

    @Test func `what the definition says of devices and of OpenStack stands in info series`() throws {
        let xml = """
            <domain type='kvm'><name>web1</name><metadata>
            <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1"><nova:name>shop</nova:name>
            <nova:flavor name="m1.small"/><nova:owner><nova:user uuid="u-1">ada</nova:user>
            <nova:project uuid="p-1">shop</nova:project></nova:owner></nova:instance></metadata>
            <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/>
            <source file='/d/web1.qcow2'/><target dev='vda' bus='virtio'/><serial>s-1</serial></disk>
            <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default' bridge='virbr0'/>
            <target dev='vnet0'/><model type='virtio'/></interface></devices></domain>
            """
        let reading = DomainReading(stats: Readings.stats(), description: try DomainDescription.parse(xml))
        #expect(
            Readings.lines(DeviceInfoCollector(), reading) == [
                #"libvirt_domain_block_stats_info{disk_type="file", domain="web1", driver_cache="none", "#
                    + #"driver_name="qemu", driver_type="qcow2", serial="s-1", source_file="/d/web1.qcow2", "#
                    + #"target_bus="virtio", target_device="vda"} 1.0"#,
                #"libvirt_domain_interface_stats_info{domain="web1", interface_type="network", "#
                    + #"mac_address="52:54:00:00:00:01", model_type="virtio", network="default", "#
                    + #"source_bridge="virbr0", target_device="vnet0"} 1.0"#,
            ])
        #expect(
            Readings.lines(OpenStackCollector(), reading) == [
                #"libvirt_domain_openstack_info{domain="web1", flavor_name="m1.small", "#
                    + #"instance_id="00112233-4455-6677-8899-aabbccddeeff", instance_name="shop", project_id="p-1", "#
                    + #"project_name="shop", user_id="u-1", user_name="ada"} 1.0"#
            ])
        #expect(Readings.lines(OpenStackCollector(), Readings.stats()).isEmpty)
    }
}
