// SPDX-License-Identifier: Apache-2.0
import Daemon
import FoundationEssentials
import Libvirt
import Sampling
import SeriesStore
import TestHosts
import Testing

/// The read-write connection, which may fail while watching goes on.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WriterTests {
    private let board = Board(store: Store())
    private let lines = Lines()

    @Test func `a writer that could not be opened once is tried again, and that is said once`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let sampling = SamplingPlan(interval: .milliseconds(100), slowInterval: .seconds(60))
        var plan = HostWatch.Plan(name: "local", uri: daemon.uri, sampling: sampling)
        let host = HostWatch(plan, board: board, log: lines.logger(), listener: Listening())
        await host.start()
        try await waitUntil("it is connected") { await host.isUp }
        await #expect(throws: VirError.self) { try await host.writer(for: "virDomainReset") }
        let away = daemon.socket + ".away"
        try FileManager.default.moveItem(atPath: daemon.socket, toPath: away)
        plan.writes = true
        await host.adjust(plan)
        for _ in 0..<3 { await #expect(throws: VirError.self) { try await host.writer(for: "virDomainReset") } }
        try FileManager.default.moveItem(atPath: away, toPath: daemon.socket)
        try await waitUntil("there is a writer") { (try? await host.writer(for: "virDomainReset")) != nil }
        #expect(lines.all.count { $0.contains("cannot open local for repairs") } == 1)
        #expect(board.value("libvirt_up") == 1 && board.value("virtwarden_reconnects_total") == 0)
        await host.stop()
        await daemon.stop()
    }
}
