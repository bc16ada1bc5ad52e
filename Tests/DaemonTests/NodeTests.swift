// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Sampling
import SeriesStore
import TestHosts
import Testing

@testable import Daemon

/// What is read of the host itself: one call a round, and what may take long apart from the rounds.
@Suite(.serialized, .timeLimit(.minutes(2))) struct NodeTests {
    private let board = Board(store: Store())
    private let lines = Lines()

    private func watch(_ uri: String) -> HostWatch {
        HostWatch(
            .init(name: "local", uri: uri, sampling: SamplingPlan(interval: .milliseconds(100))), board: board,
            log: lines.logger(), listener: Listening())
    }

    private func capability(_ call: String) -> Double? {
        board.value(#"virtwarden_capability{call="\#(call)"}"#)
    }

    @Test func `the test driver's cells have memory and pages, and its refusals are remembered`() async throws {
        let host = watch("test:///default")
        await host.start()
        try await waitUntil("cells and pages are on the page") {
            board.value(#"libvirt_node_cell_memory_total_bytes{cell="1"}"#) == 4_294_967_296
                && board.value(#"libvirt_node_free_pages{cell="1",page_size="2097152"}"#) == 1657
                && board.has(#"libvirt_node_cell_memory_free_bytes{cell="1"}"#)
        }
        try await waitUntil("every call has been tried") { capability("virNodeGetMemoryParameters") != nil }
        #expect(capability("virConnectGetCapabilities") == 1 && capability("virNodeGetFreePages") == 1)
        #expect(capability("virNodeGetMemoryParameters") == 0)
        await host.stop()
        #expect(!board.has("libvirt_node_"))
    }

    @Test func `a real host's cells have memory and pages`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let host = watch(daemon.uri)
        await host.start()
        try await waitUntil("everything about the host is on the page") {
            board.has(#"libvirt_node_free_pages{cell="0""#) && board.has("libvirt_node_cell_memory_free_bytes{")
                && board.has("libvirt_node_memory_total_bytes") && capability("virNodeGetMemoryParameters") != nil
        }
        let total = try #require(board.value(#"libvirt_node_cell_memory_total_bytes{cell="0"}"#))
        let free = try #require(board.value(#"libvirt_node_cell_memory_free_bytes{cell="0"}"#))
        #expect(free > 0 && free < total)
        let page = try #require(board.value(#"libvirt_node_pages{cell="0",page_size="4096"}"#)) * 4096
        #expect(page > total / 2 && page <= total)
        await host.stop()
        await daemon.stop()
    }

    @Test func `where rounds are few, every call has its turn`() throws {
        var node = NodeFigures(host: nil)
        func turns(_ rounds: Range<Int>) -> [NodeFigures.Call: Int] {
            rounds.reduce(into: [:]) { counts, round in
                let now = Duration.seconds(round * 20)
                guard let call = node.due(at: now, refused: ["virNodeGetMemoryStats"]) else { return }
                node.note(call, at: now)
                counts[call, default: 0] += 1
            }
        }
        #expect(Set(turns(0..<100).keys) == [.info, .cpu, .sharedPages])
        node.topology = try HostTopology(
            parsing: "<capabilities><host><topology><cells><cell id='0'/></cells></topology></host></capabilities>")
        let counts = turns(100..<200)
        #expect(Set(counts.keys) == [.cpu, .sharedPages, .freePages, .cellMemory])
        #expect(counts.values.allSatisfy { $0 >= 10 })
    }
}
