// SPDX-License-Identifier: Apache-2.0
import Daemon
import Sampling
import SeriesStore
import TestHosts
import Testing
import Vocabulary

/// What is told of domains without a call of its own.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DomainFactsTests {
    private let board = Board(store: Store())

    private func watch(_ uri: String) -> HostWatch {
        HostWatch(
            .init(name: "local", uri: uri, sampling: SamplingPlan(interval: .milliseconds(100))), board: board,
            log: Lines().logger(), listener: Listening())
    }

    private func started(_ domain: String) -> Double? {
        board.value(#"libvirt_domain_start_time_seconds{domain="\#(domain)"}"#)
    }

    @Test func `a domain has a start time while it runs, and another after another start`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        for name in ["web", "db"] { try await daemon.define(name) }
        try await daemon.start("web", booted: false)
        let host = watch(daemon.uri)
        let began = Timestamp.now.seconds
        await host.start()
        try await waitUntil("it is shown") { board.value("libvirt_domains") == 2 && started("web") != nil }
        let first = try #require(started("web"))
        #expect(first >= began && first <= Timestamp.now.seconds)
        #expect(started("db") == nil)
        try await daemon.start("db", booted: false)
        try await waitUntil("the other's start is heard") { started("db") ?? 0 > first }
        #expect(started("web") == first)
        let before = Timestamp.now.seconds
        try await daemon.virsh("suspend", "web")
        try await waitUntil("a domain that is paused runs") {
            board.has(#"libvirt_domain_state{domain="web",state="paused"} 1"#)
        }
        #expect(started("web") == first)
        try await daemon.virsh("destroy", "web")
        try await waitUntil("a domain that does not run has none") { started("web") == nil }
        try await daemon.start("web", booted: false)
        try await waitUntil("it has a new one") { started("web") ?? 0 > before }
        await host.stop()
        await daemon.stop()
    }

    @Test func `what domains may use of the host moves with them from state to state`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        for name in ["web", "db"] { try await daemon.define(name) }
        let host = watch(daemon.uri)
        await host.start()
        let memory = "libvirt_allocated_memory_bytes"
        let vcpus = "libvirt_allocated_vcpus"
        try await waitUntil("both are counted") { board.value(#"\#(vcpus){state="shutoff"}"#) == 2 }
        let both = try #require(board.value(#"\#(memory){state="shutoff"}"#))
        try await daemon.start("web", booted: false)
        try await waitUntil("one is counted as running") {
            board.value(#"\#(vcpus){state="running"}"#) == 1 && board.value(#"\#(vcpus){state="shutoff"}"#) == 1
        }
        #expect(board.value(#"\#(memory){state="running"}"#) == both / 2)
        try await daemon.virsh("destroy", "web")
        // In the inactive definition only: nothing has been started.
        try await daemon.virsh("setvcpus", "web", "3", "--config", "--maximum")
        try await daemon.virsh("setvcpus", "web", "3", "--config")
        try await waitUntil("none runs, and the new definition counts") {
            !board.has(#"\#(vcpus){state="running"}"#) && board.value(#"\#(vcpus){state="shutoff"}"#) == 4
        }
        await host.stop()
        #expect(!board.has("libvirt_allocated"))
        await daemon.stop()
    }
}
