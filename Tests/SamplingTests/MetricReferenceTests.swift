// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Sampling
import Testing
import Vocabulary

@Suite struct MetricReferenceTests {
    @Test func `every family has a source, a unit that its help agrees with, and a line of its own`() {
        #expect(MetricReference.all.map(\.name) == Catalogue.families.map(\.name))
        for metric in MetricReference.all {
            #expect(!metric.source.isEmpty, "SourceCalls does not know \(metric.name)")
            for unit in ["bytes", "seconds"] where metric.help.hasSuffix(", in \(unit).") {
                #expect(metric.unit == unit, "\(metric.name)")
            }
        }
        func metric(_ name: String) -> MetricReference? { MetricReference.all.first { $0.name == name } }
        #expect(metric("libvirt_domain_info_virtual_cpus")?.source.hasPrefix("virDomainGetInfo, or") == true)
        #expect(metric("libvirt_domain_job_iteration")?.source.contains("virDomainGetJobStats") == true)
        #expect(metric("libvirt_domain_block_stats_allocation")?.unit == "bytes")
        for name in ["limit_total_bytes", "limit_burst_length_read_requests_seconds", "size_iops_bytes"] {
            #expect(metric("libvirt_domain_block_stats_\(name)")?.source == "virDomainGetBlockIoTune", "\(name)")
        }
        let bulk = "virConnectGetAllDomainStats: block"
        #expect(metric("libvirt_domain_block_stats_limit_discard_max_bytes")?.source == bulk)
        #expect(metric("libvirt_domain_start_time_seconds")?.unit == "seconds since 1970")
        #expect(metric("libvirt_domain_iothread_poll_grow")?.isShown == "no")
        #expect(metric("libvirt_storage_volume_capacity_bytes")?.isShown == "with volumes")
    }

    /// Of a domain of which everything is known, every family has a series, and all the labels that it says it has.
    @Test(arguments: Collectors.all.map { type(of: $0).name })
    func `each collector's series have the labels that their families name`(name: String) throws {
        let collector = try #require(Collectors.all.first { type(of: $0).name == name })
        var sampler = DomainSampler(domain: "web1", host: "one")
        let batch = sampler.batch(try Specimen.reading(), collectors: [collector], at: Readings.time)
        var found: [String: Set<String>] = [:]
        for series in batch.layout.series {
            let own = series.labels.all.map(\.name).filter { !["__name__", "domain", "host"].contains($0) }
            found[series.family.header.name, default: []].formUnion(own)
        }
        for family in type(of: collector).families where family.name != "libvirt_domain_metadata_info" {
            let labels = try #require(found[family.name], "\(family.name) has no series")
            #expect(labels == Set(family.labels), "\(family.name)")
        }
    }
}
