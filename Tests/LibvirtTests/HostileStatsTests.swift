// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Libvirt

/// Numbers that are the same in every run.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

private let nothing = DomainStats(uuid: Parameters.uuid, name: "web")

@Suite struct HostileStatsTests {
    @Test(
        arguments: [
            ("block.9999999.rd.bytes", 1), ("block.4096.name", "vda"), ("net.4294967295.name", "vnet0"),
            ("vcpu.18446744073709551616.time", 1), ("block.-1.name", "vda"), ("block.+1.name", "vda"),
            ("block. 1.name", "vda"), ("block.1", 1), ("block.", 1), ("block", 1), ("", 1), (".", 1), ("vcpu.0", 1),
            ("vm.", 1), ("vm..sum", 1), ("vm.sum", 1), ("cpu.time", .int(-1)), ("cpu.time", "7"), ("cpu.time", 1.5),
            ("state.state", .alien), ("block.0.name", .text(nil)), ("block.0.name", ""), ("net.0.name", 7),
            ("iothread.4294967296.poll-grow", 1), ("perf.cmt.x", 1), ("dirtyrate.vcpu.9.x", 1),
            ("block.0.timed_group.64.interval", 1), ("block.0.latency_histogram.read.bin.256.start", 1),
        ] as [(String, FieldValue)])
    func `a field that makes no sense gives no figure`(name: String, value: FieldValue) {
        var (stats, _) = Parameters([(name, value)]).decode(keepsHypervisor: true)
        if stats.cpu == CPUStats() { stats.cpu = nil }
        #expect(stats == nothing)
    }

    @Test func `a count of billions makes no room`() {
        let (stats, _) = Parameters([
            ("vcpu.current", .unsigned(.max)), ("vcpu.0.time", 1), ("net.count", .unsigned(.max)),
            ("net.0.name", "vnet0"), ("block.count", .unsignedLong(.max)), ("block.0.name", "vda"),
            ("iothread.count", .unsigned(.max)), ("cpu.cache.monitor.count", .unsigned(.max)),
            ("block.0.latency_histogram.read.bin.count", .unsignedLong(.max)),
        ]).decode()
        #expect(stats.vcpus.capacity < 1000 && stats.interfaces.capacity < 1000 && stats.disks.capacity < 1000)
        #expect(stats.extra?.disks.first?.histograms.first?.isWhole == false)
    }

    @Test func `a name that fills its field to the last byte is read to there`() {
        let full = Array("vm.".utf8) + Array(repeating: UInt8(ascii: "x"), count: 73) + Array(".sum".utf8)
        let novel = Array(repeating: UInt8(ascii: "y"), count: 80)
        let parameters = Parameters(raw: [(full, 1), (novel, 2), (Array("cpu.time".utf8), 3)])
        let (stats, unknown) = parameters.decode(keepsHypervisor: true)
        #expect(stats.extra?.hypervisor.map(\.name) == [String(repeating: "x", count: 73)])
        #expect(unknown == [String(repeating: "y", count: 80): 1])
        #expect(stats.cpu?.time == 3)
    }

    @Test func `devices without a name, and more devices than there can be, are passed over`() {
        let (stats, _) = Parameters([
            ("net.0.name", ""), ("net.0.rx.bytes", 1), ("net.1.rx.bytes", 2), ("net.2.name", "vnet0"),
            ("net.2.rx.bytes", 3), ("net.7.name", ""), ("net.7.rx.bytes", 4),
        ]).decode()
        #expect(stats.interfaces.map(\.name) == ["vnet0"])
        #expect(stats.interfaces.map(\.receiveBytes) == [3])
        // Two entries in turn, again and again, each time a new one.
        let turns = (0..<10_000).flatMap { turn -> [(String, FieldValue)] in
            [
                ("block.\(turn % 2).name", .text("vd\(turn)")),
                ("block.\(turn % 2).rd.bytes", .unsignedLong(UInt64(turn))),
            ]
        }
        let disks = Parameters(turns).decode().stats.disks
        #expect(disks.count == StatsDecoder.maxDevices)
        #expect(disks.last?.readBytes == UInt64(StatsDecoder.maxDevices - 1))
        let many = (0..<(StatsDecoder.maxHypervisor + 5)).map { ("vm.a\($0).sum", 1 as FieldValue) }
        let extra = Parameters(many).decode(keepsHypervisor: true).stats.extra
        #expect(extra?.hypervisor.count == StatsDecoder.maxHypervisor)
        #expect(extra?.hypervisorPassedOver == 5)
    }

    @Test(arguments: 1...20)
    func `a list that was tampered with is decoded to something of its own size`(seed: UInt64) {
        var random = SeededGenerator(state: seed &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<25 {
            let fields = mutated(Recorded.running + Recorded.rare + Recorded.disks, &random)
            let (stats, unknown) = Parameters(raw: fields).decode(keepsHypervisor: true)
            let extra = stats.extra ?? ExtraStats()
            let made =
                stats.vcpus.count + stats.interfaces.count + stats.disks.count + extra.iothreads.count
                + extra.cacheMonitors.count + extra.bandwidthMonitors.count + extra.hypervisor.count + extra.disks.count
            #expect(made <= fields.count)
            #expect(unknown.values.reduce(0, +) <= fields.count && unknown.count <= UnknownFields.limit + 1)
            #expect(stats.disks.allSatisfy { !$0.name.isEmpty } && stats.interfaces.allSatisfy { !$0.name.isEmpty })
            #expect(extra.disks.allSatisfy { !$0.name.isEmpty })
            #expect(zip(stats.disks, stats.disks.dropFirst()).allSatisfy { $0.name != $1.name })
        }
    }

    private func mutated(
        _ fields: [(String, FieldValue)], _ random: inout SeededGenerator
    ) -> [(name: [UInt8], value: FieldValue)] {
        var result = fields.map { (name: Array($0.0.utf8), value: $0.1) }
        for _ in 0..<Int.random(in: 1...60, using: &random) {
            let place = Int.random(in: result.indices, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: result.remove(at: place)
            case 1: result.insert(result[Int.random(in: result.indices, using: &random)], at: place)
            case 2: result.swapAt(place, Int.random(in: result.indices, using: &random))
            case 3: result[place].value = Self.values(&random)
            default: mutate(&result[place].name, &random)
            }
            if result.isEmpty { return result }
        }
        return result
    }

    private func mutate(_ name: inout [UInt8], _ random: inout SeededGenerator) {
        guard let place = name.indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: name[place] = UInt8.random(in: 0...255, using: &random)
        case 1: name[place] = UInt8.random(in: UInt8(ascii: "0")...UInt8(ascii: "9"), using: &random)
        case 2: name.remove(at: place)
        case 3: name.insert(contentsOf: Array("9999999999".utf8), at: place)
        default: name += Array(repeating: UInt8(ascii: "."), count: 80)
        }
    }

    private static func values(_ random: inout SeededGenerator) -> FieldValue {
        let number = random.next()
        let all: [FieldValue] = [
            .unsignedLong(number), .unsignedLong(.max), .long(Int64(bitPattern: number)), .long(.min), .int(-1),
            .unsigned(.max), .boolean(true), .fraction(.nan), .fraction(-.infinity), .fraction(1e308), .text(nil),
            .text(""), .text(String(repeating: "ä\n\"", count: 400)), .alien,
        ]
        return all.randomElement(using: &random) ?? .alien
    }
}
