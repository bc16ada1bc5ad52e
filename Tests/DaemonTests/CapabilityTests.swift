// SPDX-License-Identifier: Apache-2.0
import Daemon
import Glibc
import Libvirt
import Sampling
import SeriesStore
import TestHosts
import Testing
import Vocabulary

/// What a driver answers, shown; and definitions that change between one start and the next.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CapabilityTests {
    private let board = Board(store: Store())
    private let lines = Lines()

    private func watch(_ uri: String, label: String? = nil, refused: Set<String> = []) -> HostWatch {
        HostWatch(
            .init(name: "local", uri: uri, label: label, sampling: SamplingPlan(interval: .milliseconds(100))),
            board: board,
            log: lines.logger(), listener: Listening(), refused: refused)
    }

    @Test func `calls that the driver has are 1, those it has not are 0, others are absent`() async throws {
        let host = watch("test:///default", label: "a", refused: ["virDomainMemoryStats"])
        await host.start()
        func capability(_ call: String) -> Double? {
            board.value(#"virtwarden_capability{call="\#(call)",host="a"}"#)
        }
        try await waitUntil("the domain has been asked") {
            board.value(#"virtwarden_capability{call="virDomainGetInfo",host="a"}"#) != nil
        }
        for call in [
            "virConnectListAllDomains", "virConnectGetAllDomainStats", "virNodeGetInfo", "virDomainGetXMLDesc",
        ] {
            #expect(capability(call) == 1, "\(call)")
        }
        #expect(capability("virDomainGetInfo") == 1)
        #expect(capability("virDomainMemoryStats") == 0)
        // The bulk call is there, so nobody asks for one state after another.
        #expect(capability("virDomainGetState") == nil)
        await host.stop()
        #expect(!board.has("virtwarden_capability"))
    }

    @Test func `the states under other exporters' names change with the event, with a driver read call by call, too`()
        async throws
    {
        let choices: [String: SamplingPlan.Choice] = [
            "kumina_state": .on, "tinkoff_state": .on, "inovex_state": .on,
        ]
        let plan = SamplingPlan(interval: .seconds(3600), choices: choices)
        // A test driver of this test's own: the one in this process has the same domain for all tests.
        let daemon = try await PrivateLibvirtd.start()
        let uri = daemon.uri.replacing("qemu+unix:///session", with: "test+unix:///default")
        let host = HostWatch(
            .init(name: "local", uri: uri, writes: true, sampling: plan), board: board, log: lines.logger(),
            listener: Listening())
        await host.start()
        try await waitUntil("the domain has been asked") { board.has("libvirt_domain_info_virtual_cpus{") }
        #expect(board.value(#"libvirt_domain_info_vstate{domain="test"}"#) == 1)
        #expect(board.has(#"libvirt_domain_info_state{domain="test",state_desc="the domain is running"} 1"#))
        #expect(board.has(#"libvirt_domain_state_code{domain="test",uuid=""#))
        let writer = try await host.writer(for: "virDomainSuspend")
        try await writer.suspend(try #require(try await writer.domains().first).uuid)
        try await waitUntil("it is paused") { board.has(#"libvirt_domain_state{domain="test",state="paused"} 1"#) }
        #expect(board.value(#"libvirt_domain_info_vstate{domain="test"}"#) == 3)
        #expect(board.has(#"libvirt_domain_info_state{domain="test",state_desc="the domain is paused by user"} 3"#))
        await host.stop()
        await daemon.stop()
    }

    @Test func `where nothing tells that a monitor hangs, old figures are left out until the call returns`()
        async throws
    {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web")
        try await daemon.start("web", booted: false)
        let host = HostWatch(
            .init(
                name: "local", uri: daemon.uri, sampling: SamplingPlan(interval: .milliseconds(100)),
                deadline: .milliseconds(200)),
            board: board, log: lines.logger(), listener: Listening(), refused: ["virDomainGetControlInfo"])
        await host.start()
        let time = "libvirt_domain_vcpu_time_seconds_total{"
        try await waitUntil("its monitor is read") { board.has(time) }
        try daemon.kill("web", SIGSTOP)
        try await waitUntil("its figures are left out") { !board.has(time) }
        #expect(board.value("virtwarden_lanes_written_off") == 0)
        #expect(board.has(#"libvirt_domain_state{domain="web",state="running"} 1"#))
        try daemon.kill("web", SIGCONT)
        try await waitUntil("they are back") { board.has(time) }
        await host.stop()
        await daemon.stop()
    }

    @Test func `a definition is read again when the domain stops or starts`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web")
        try await daemon.start("web", booted: false)
        let host = watch(daemon.uri)
        await host.start()
        try await waitUntil("it is shown") { board.has(#"libvirt_domain_info{domain="web""#) }
        // The title of the next start; the running domain keeps having none.
        try await daemon.virsh("desc", "web", "--title", "--config", "--new-desc", "second")
        #expect(!board.has(#"title="second""#))
        try await daemon.virsh("destroy", "web")
        try await waitUntil("what it is now is shown") { board.has(#"title="second""#) }
        await host.stop()
        await daemon.stop()
    }
}
