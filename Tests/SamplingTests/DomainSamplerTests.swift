// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Testing
import Vocabulary

@testable import Sampling

@Suite struct DomainSamplerTests {
    @Test func `every series of a domain has its UUID when that is wished, once`() throws {
        let uuid = "00112233-4455-6677-8899-aabbccddeeff"
        var reading = DomainReading(stats: Readings.stats(), description: try DomainDescription.parse("<domain/>"))
        reading.stats.status = Readings.status(1)
        var sampler = DomainSampler(domain: "web1", host: nil, uuid: uuid)
        let batch = sampler.batch(
            reading, collectors: [StateCollector(), DefinitionCollector(), TinkoffCollector(), KuminaCollector()],
            at: Readings.time)
        var counters = EventCounters(domain: "web1", host: nil, uuid: uuid)
        for series in Array(batch.layout.series) + counters.batch(at: Readings.time).layout.series {
            #expect(series.labels.all.filter { $0.name == "uuid" }.map(\.value) == [uuid])
        }
    }

    private let collectors: [any Collector] = [BlockCollector(), InterfaceCollector()]

    private func reading(_ disks: [String], _ interfaces: [String] = [], _ value: UInt64 = 1) -> DomainReading {
        var stats = Readings.stats()
        stats.disks = disks.map { Readings.disk($0, readBytes: value) }
        stats.interfaces = interfaces.map { Readings.interface($0, receiveBytes: value) }
        return DomainReading(stats: stats)
    }

    private func devices(_ batch: SeriesBatch) -> [String?] {
        batch.layout.series.map { $0.labels["target_device"] }
    }

    @Test func `an unchanged shape keeps its layout`() {
        var sampler = DomainSampler(domain: "web1", host: nil)
        #expect(sampler.layout == nil)
        let first = sampler.batch(reading(["vda"], ["vnet0"], 1), collectors: collectors, at: Readings.time)
        let second = sampler.batch(reading(["vda"], ["vnet0"], 2), collectors: collectors, at: Readings.time)
        #expect(first.layout === second.layout)
        #expect(sampler.layout === first.layout)
        #expect(second.values == [2, 2])
    }

    @Test(arguments: [
        (["vda", "vdb"], ["vda"]), (["vda"], ["vda", "vdb"]), (["vda", "vdb"], ["vdb"]), (["vda"], []), ([], ["vda"]),
        (["vda", "vdb"], ["vdb", "vda"]), (["vda", "vdb", "vdc"], ["vda", "vdx", "vdc"]),
    ])
    func `a changed shape gets a new layout with just its series`(before: [String], after: [String]) {
        var sampler = DomainSampler(domain: "web1", host: nil)
        let first = sampler.batch(reading(before, ["vnet0"]), collectors: collectors, at: Readings.time)
        let second = sampler.batch(reading(after, ["vnet0"]), collectors: collectors, at: Readings.time)
        #expect(devices(first) == before + ["vnet0"])
        #expect(devices(second) == after + ["vnet0"])
        #expect(second.values.count == after.count + 1)
        let third = sampler.batch(reading(after, ["vnet0"]), collectors: collectors, at: Readings.time)
        #expect(third.layout === second.layout)
    }

    @Test func `a series given twice is taken once and keeps the layout`() {
        var sampler = DomainSampler(domain: "web1", host: nil)
        let first = sampler.batch(reading(["vda", "vda"], ["vnet0"]), collectors: collectors, at: Readings.time)
        let second = sampler.batch(reading(["vda", "vda"], ["vnet0"]), collectors: collectors, at: Readings.time)
        #expect(devices(first) == ["vda", "vnet0"])
        #expect(first.layout === second.layout)
    }

    @Test func `a label that changes gives another series`() {
        var sampler = DomainSampler(domain: "web1", host: nil)
        var reading = DomainReading(stats: Readings.stats(), isPersistent: true)
        let first = sampler.batch(reading, collectors: [DefinitionCollector()], at: Readings.time)
        reading.isPersistent = false
        let second = sampler.batch(reading, collectors: [DefinitionCollector()], at: Readings.time)
        #expect(first.layout !== second.layout)
        #expect(second.layout.series.first?.labels["persistent"] == "false")
    }

    @Test func `the host is a label only when it is named`() {
        var sampler = DomainSampler(domain: "web1", host: "east")
        let batch = sampler.batch(reading(["vda"]), collectors: collectors, at: Readings.time)
        #expect(batch.layout.series.first?.labels["host"] == "east")
    }

    @Test func `long names are cut to 256 bytes and stay apart`() {
        let names = ["x", "y"].map { String(repeating: "é", count: 3000) + $0 }
        let labels = names.map { name -> String in
            var sampler = DomainSampler(domain: name, host: nil)
            let batch = sampler.batch(reading(["vda"]), collectors: collectors, at: Readings.time)
            return batch.layout.series.first?.labels["domain"] ?? ""
        }
        #expect(labels[0] != labels[1])
        for label in labels {
            #expect(label.utf8.count == 255)
            #expect(label.hasPrefix("éé"))
        }
    }

    @Test(arguments: [(255, 255), (256, 256), (257, 256), (5000, 256)])
    func `names are cut only when they are too long`(length: Int, kept: Int) {
        let text = LabelText.bounded(String(repeating: "a", count: length))
        #expect(text.utf8.count == kept)
        #expect((text.dropLast(8).last == "-") == (length > 256))
    }

    @Test func `the suffix is the FNV-1a hash`() {
        // FNV-1a of 300 times "a", computed apart.
        let text = LabelText.bounded(String(repeating: "a", count: 300))
        #expect(text.hasSuffix("-279e8f01"))
    }
}
