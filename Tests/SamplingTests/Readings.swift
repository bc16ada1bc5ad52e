// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Sampling
import Vocabulary

/// Readings for tests, made by hand, and batches as text.
enum Readings {
    static let uuid = ObjectUUID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF)
    static let time = Timestamp(milliseconds: 1_700_000_000_000)

    static func stats() -> DomainStats {
        DomainStats(uuid: uuid, name: "web1")
    }

    static func status(_ state: Int32, _ reason: Int32 = 1) -> StateReading {
        StateReading(state: DomainState(rawValue: state), reason: reason)
    }

    static func disk(_ name: String, readBytes: UInt64? = nil) -> DiskStats {
        var disk = DiskStats(name: name)
        disk.readBytes = readBytes
        return disk
    }

    static func interface(_ name: String, receiveBytes: UInt64? = nil) -> InterfaceStats {
        var interface = InterfaceStats(name: name)
        interface.receiveBytes = receiveBytes
        return interface
    }

    /// What `collector` makes of `stats`, one line a series: `name{labels} value`.
    static func lines(_ collector: any Collector, _ stats: DomainStats) -> [String] {
        lines(collector, DomainReading(stats: stats))
    }

    static func lines(_ collector: any Collector, _ reading: DomainReading) -> [String] {
        var sampler = DomainSampler(domain: "web1", host: nil)
        return lines(sampler.batch(reading, collectors: [collector], at: time))
    }

    static func lines(_ batch: SeriesBatch) -> [String] {
        zip(batch.layout.series, batch.values).map { "\($0.labels) \($1)" }
    }
}
