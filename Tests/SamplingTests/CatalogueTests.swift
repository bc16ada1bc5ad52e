// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Sampling
import Testing
import Vocabulary

@Suite struct CatalogueTests {
    @Test func `every file of the folder Collectors is in the list`() throws {
        let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/Sources/Sampling/Collectors")
        let listed = Collectors.all.map { "\(type(of: $0)).swift" }
        #expect(files.filter { $0.hasSuffix(".swift") }.sorted() == listed)
    }

    @Test func `collectors are sorted by name, each name once`() {
        let names = Collectors.all.map { type(of: $0).name }
        #expect(names == Set(names).sorted())
    }

    @Test func `names are unique, counters end in total, and nothing else does`() {
        let names = Catalogue.families.map(\.name)
        #expect(names == Set(names).sorted())
        for family in Catalogue.families {
            #expect(family.name.hasSuffix("_total") == (family.type == .counter), "\(family.name)")
            #expect(family.name.hasPrefix("libvirt_"), "\(family.name)")
            #expect(family.help.hasSuffix("."), "\(family.name)")
        }
    }

    /// The names that the two older exporters share: dashboards depend on each of them.
    @Test(arguments: [
        "up", "domain_info_maximum_memory_bytes", "domain_info_memory_usage_bytes", "domain_info_virtual_cpus",
        "domain_info_cpu_time_seconds_total", "domain_vcpu_time_seconds_total", "domain_vcpu_delay_seconds_total",
        "domain_vcpu_state", "domain_vcpu_wait_seconds_total", "domain_block_stats_read_bytes_total",
        "domain_block_stats_read_requests_total", "domain_block_stats_read_time_seconds_total",
        "domain_block_stats_write_bytes_total", "domain_block_stats_write_requests_total",
        "domain_block_stats_write_time_seconds_total", "domain_block_stats_flush_requests_total",
        "domain_block_stats_flush_time_seconds_total", "domain_block_stats_capacity_bytes",
        "domain_interface_stats_receive_bytes_total", "domain_interface_stats_receive_packets_total",
        "domain_interface_stats_receive_errors_total", "domain_interface_stats_receive_drops_total",
        "domain_interface_stats_transmit_bytes_total", "domain_interface_stats_transmit_packets_total",
        "domain_interface_stats_transmit_errors_total", "domain_interface_stats_transmit_drops_total",
        "domain_memory_stats_major_fault_total", "domain_memory_stats_minor_fault_total",
        "domain_memory_stats_unused_bytes", "domain_memory_stats_available_bytes", "domain_memory_stats_rss_bytes",
        "domain_memory_stats_usable_bytes", "domain_memory_stats_used_percent",
    ])
    func `has the core names`(name: String) {
        #expect(Catalogue.families.contains { $0.name == "libvirt_" + name })
    }
}
