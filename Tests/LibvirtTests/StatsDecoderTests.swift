// SPDX-License-Identifier: Apache-2.0
import CLibvirt
@testable import Libvirt
import Testing

/// A typed parameter as libvirt would send it.
private func parameter(_ name: String, _ value: UInt64) -> virTypedParameter {
    var one = virTypedParameter()
    one.type = Int32(VIR_TYPED_PARAM_ULLONG.rawValue)
    one.value.ul = value
    withUnsafeMutableBytes(of: &one.field) { field in
        for (index, byte) in name.utf8.prefix(79).enumerated() { field[index] = byte }
    }
    return one
}

private func decode(_ fields: [(String, UInt64)]) -> DomainStats {
    var all = fields.map { parameter($0.0, $0.1) }
    var decoder = StatsDecoder(uuid: ObjectUUID(high: 0, low: 1), name: "web")
    all.withUnsafeMutableBufferPointer { decoder.decode($0.baseAddress, count: $0.count) }
    return decoder.stats
}

@Suite struct StatsDecoderTests {
    @Test func `a field that was not sent is nil, not 0`() {
        let stats = decode([("cpu.time", 7), ("balloon.current", 0)])
        #expect(stats.cpu?.time == 7)
        #expect(stats.cpu?.user == nil)
        #expect(stats.balloon?.current == 0)
        #expect(stats.balloon?.unused == nil)
    }

    @Test func `a sparse array of virtual CPUs keeps its numbers`() {
        let stats = decode([("vcpu.current", 2), ("vcpu.0.time", 1), ("vcpu.3.time", 4), ("vcpu.3.delay", 5)])
        #expect(stats.vcpus.map(\.index) == [0, 3])
        #expect(stats.vcpus.last?.delay == 5)
    }

    @Test func `unknown fields and absurd numbers are passed over`() {
        let stats = decode([
            ("vcpu.99999999999.time", 1), ("block.5000000.rd.reqs", 1), ("novel.thing", 1), ("net..x", 1),
        ])
        #expect(stats == DomainStats(uuid: ObjectUUID(high: 0, low: 1), name: "web"))
    }
}
