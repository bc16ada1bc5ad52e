// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Testing

@testable import Daemon

@Suite struct SpreadQueueTests {
    private let uuids = (1...10).map { ObjectUUID(high: 0, low: $0) }

    @Test func `all are done within the rounds they were given, each once`() {
        var queue = SpreadQueue()
        queue.add(uuids, within: 3)
        queue.add(Array(uuids.prefix(5)), within: 3)
        #expect(queue.count == 10)
        let turns = (0..<3).map { _ in queue.next() }
        #expect(turns.map(\.count) == [4, 4, 2])
        #expect(turns.flatMap { $0 } == uuids)
        #expect(queue.next().isEmpty)
    }

    @Test func `one that had its turn can wait again`() {
        var queue = SpreadQueue()
        queue.add([uuids[0]], within: 1)
        #expect(queue.next() == [uuids[0]])
        queue.add([uuids[0]], within: 1)
        #expect(queue.next() == [uuids[0]])
    }
}
