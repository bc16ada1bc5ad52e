// SPDX-License-Identifier: Apache-2.0
import SeriesStore
import Testing
import Vocabulary

@Suite struct StoreTests {
    private let up = Labels(name: "up")

    @Test func `selects points after the start and up to the end`() {
        let store = Store()
        store.setDemand(nil, keep: .seconds(60))
        for second in 1...3 { store.append([(up, Double(second))], at: Timestamp(milliseconds: Int64(second))) }
        let found = store.select(
            metric: "up", after: Timestamp(milliseconds: 1), through: Timestamp(milliseconds: 2)
        ) { _ in true }
        #expect(found.map { $0.points.map(\.value) } == [[2]])
    }

    @Test func `keeps only series that somebody reads`() {
        let store = Store()
        store.setDemand(["down"], keep: .seconds(60))
        store.append([(up, 1)], at: Timestamp(milliseconds: 1))
        #expect(store.seriesCount == 0)
    }

    @Test func `refuses and counts a point older than the newest`() {
        let store = Store()
        store.setDemand(nil, keep: .seconds(60))
        store.append([(up, 1)], at: Timestamp(milliseconds: 2))
        store.append([(up, 1)], at: Timestamp(milliseconds: 1))
        #expect(store.rejected == 1)
    }
}
