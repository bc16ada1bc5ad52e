// SPDX-License-Identifier: Apache-2.0
import Daemon
import SeriesStore
import Testing
import Vocabulary

@Suite struct BoardTests {
    private static let family = MetricFamily("libvirt_up", .gauge, "Whether libvirt answers.")

    private let board = Board(store: Store())
    private let layout = SeriesLayout([.init(family: family, labels: Labels(name: "libvirt_up"))])

    private func put(_ value: Double) -> SeriesBatch? {
        board.put(SeriesBatch(layout: layout, values: [value], time: .now), as: .host("local", .libvirt))
    }

    @Test func `a page shows the newest values, and scrapes of one moment share it`() {
        #expect(put(0) == nil)
        let first = board.page()
        #expect(String(decoding: first.bytes, as: UTF8.self).hasSuffix("\nlibvirt_up 0\n"))
        #expect(board.page().generation == first.generation)
        #expect(put(1)?.values == [0])
        let second = board.page()
        #expect(second.generation != first.generation)
        #expect(String(decoding: second.bytes, as: UTF8.self).hasSuffix("\nlibvirt_up 1\n"))
    }

    @Test func `a page tells the age of each host's samples, once a series`() {
        _ = put(1)
        board.noteSample(of: "a", label: "a")
        board.noteSample(of: "b", label: "b")
        let ages = board.lines.filter { $0.hasPrefix("virtwarden_sample_age_seconds{host=") }
        #expect(ages.count == 2)
        board.forgetSample(of: "a")
        _ = put(1)
        #expect(board.lines.filter { $0.hasPrefix("virtwarden_sample_age_seconds") }.count == 1)
    }

    @Test func `rules go on seeing what is put seldom, as long as it stands there`() {
        let store = board.store
        store.setDemand(StoreDemand(history: .seconds(3600)))
        let start = Timestamp(milliseconds: 1_700_000_000_000)
        func points() -> [Int] {
            store.points(
                of: SeriesSelection(metric: nil) { _ in true }, after: start - .seconds(1),
                through: start + .seconds(3600), limit: .max
            )
            .first?.points.filter { !$0.isStale }.map { Int($0.time.milliseconds - start.milliseconds) / 1000 }
                ?? []
        }
        board.put(SeriesBatch(layout: layout, values: [7], time: start), as: .host("local", .libvirt))
        board.renew("local", notPutSince: start - .seconds(1), at: start + .seconds(59))
        #expect(points() == [0])
        board.renew("other", notPutSince: start, at: start + .seconds(60))
        board.renew("local", notPutSince: start, at: start + .seconds(61))
        board.renew("local", notPutSince: start + .seconds(61), at: start + .seconds(121))
        #expect(points() == [0, 61, 121])
        // So that a line with a time is not older for Prometheus than it is for rules.
        #expect(board.snapshot(at: start).batches.map(\.time) == [start + .seconds(121)])
        board.remove([.host("local", .libvirt)], at: start + .seconds(130))
        board.renew("local", notPutSince: start + .seconds(130), at: start + .seconds(190))
        #expect(points() == [0, 61, 121])
    }

    @Test func `what is removed is on no page`() {
        _ = put(1)
        #expect(board.remove([.host("local", .libvirt)], at: .now))
        #expect(!board.has("libvirt_up"))
        #expect(!board.remove([.host("local", .libvirt)], at: .now))
    }

    private static let disk = MetricFamily("libvirt_disk_total", .counter, "Bytes.")

    private func domain(_ name: String, on connection: String = "local", disks: Int) -> (SeriesBatch, Board.Key) {
        let layout = SeriesLayout(
            (0..<disks).map {
                .init(family: Self.disk, labels: Labels(name: Self.disk.name, [("domain", name), ("disk", "\($0)")]))
            })
        let identity = DomainIdentity(
            connection: connection, uuid: DomainUUID(high: 0, low: UInt64(name.hashValue.magnitude)), name: name)
        let values = Array(repeating: 1.0, count: disks)
        return (SeriesBatch(layout: layout, values: values, time: .now), .domain(identity, .group(0)))
    }

    private func lines(_ filter: PageFilter = PageFilter()) -> [Substring] {
        String(decoding: board.page(filter).bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    @Test func `what has no room is left out and counted, and comes in when there is some`() {
        board.setSeriesLimit(5)
        _ = put(1)
        let (big, bigKey) = domain("big", disks: 4)
        let (small, smallKey) = domain("small", disks: 3)
        #expect(board.put(big, as: bigKey) == nil)
        #expect(board.put(small, as: smallKey) == nil)
        #expect(board.seriesLeftOut == 3 && lines().count == 5)
        board.remove([bigKey], at: .now)
        board.put(small, as: smallKey)
        #expect(board.seriesLeftOut == 0 && lines().count == 4)
        let (grown, _) = domain("small", disks: 9)
        board.put(grown, as: smallKey)
        #expect(board.seriesLeftOut == 9 && lines().count == 1)
        board.remove([smallKey], at: .now)
        #expect(board.seriesLeftOut == 0)
    }

    @Test func `a page can show one connection, or some families, alone`() {
        _ = put(1)
        for (name, connection) in [("web", "local"), ("db", "other")] {
            let (batch, key) = domain(name, on: connection, disks: 1)
            board.put(batch, as: key)
        }
        board.noteSample(of: "other", label: "other")
        #expect(lines(PageFilter(connection: "local")).map { $0.prefix(18) } == ["libvirt_disk_total", "libvirt_up 1"])
        let other = lines(PageFilter(connection: "other"))
        #expect(other.count == 2 && other[1].hasPrefix("virtwarden_sample_age_seconds{host=\"other\"}"))
        #expect(lines(PageFilter(families: ["libvirt_up"])) == ["libvirt_up 1"])
        #expect(lines().count == 4)
    }

    @Test func `timestamps are those of the samples`() {
        let board = Board(store: Store(), timestamps: true)
        let time = Timestamp(milliseconds: 1_700_000_000_123)
        board.put(SeriesBatch(layout: layout, values: [1], time: time), as: .host("local", .libvirt))
        #expect(String(decoding: board.page().bytes, as: UTF8.self).hasSuffix("\nlibvirt_up 1 1700000000123\n"))
    }
}
