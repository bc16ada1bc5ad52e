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

    @Test func `what is removed is on no page`() {
        _ = put(1)
        #expect(board.remove([.host("local", .libvirt)], at: .now))
        #expect(!board.has("libvirt_up"))
        #expect(!board.remove([.host("local", .libvirt)], at: .now))
    }
}
