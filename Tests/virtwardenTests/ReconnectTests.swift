// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// The program beside a libvirtd that dies again and again.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ReconnectTests {
    /// How often it is killed.
    private static let kills = 30

    @Test func `each death of libvirtd is found again, and costs no descriptor and no thread`() async throws {
        let scene = try await Scenario()
        try await scene.host.define("web-1")
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: "libvirt_up 1")
        var seen: [Footprint] = []
        for count in 1...Self.kills {
            try await scene.host.killDaemon()
            try await waitUntil("the loss is noticed") { agent.lines("lost libvirt of local").count == count }
            try await scene.host.restart()
            try await waitUntil("it is found again") { agent.lines("watching local").count == count + 1 }
            seen.append(try Footprint(of: agent.pid))
        }
        try await scene.wait(port, for: "virtwarden_reconnects_total \(Self.kills)\n")
        // Sockets that are just being closed, and Dispatch's threads, come and go, on a busy machine more of them; what
        // leaks grows with each death, and stays.
        let (early, bound) = (seen[4], (Self.kills - 5) / 2)
        // Silence is right: what is expected says what there was.
        try? await waitUntil("what is left over is gone") { try Footprint(of: agent.pid).isWithin(bound, of: early) }
        let late = try Footprint(of: agent.pid)
        #expect(late.isWithin(bound, of: early), "\(late) after \(seen)")
        #expect(late.children == 0, "\(late)")
        #expect(await scene.stop(agent) == .exited(0))
    }
}

/// What a process holds.
private struct Footprint {
    let descriptors: Int
    let threads: Int
    let children: Int

    func isWithin(_ bound: Int, of other: Footprint) -> Bool {
        descriptors <= other.descriptors + bound && threads <= other.threads + bound
    }

    init(of pid: pid_t) throws {
        let files = FileManager.default
        descriptors = try files.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
        let tasks = try files.contentsOfDirectory(atPath: "/proc/\(pid)/task")
        threads = tasks.count
        children = tasks.reduce(0) { sum, task in
            // Silence is right: a thread that has just ended has none.
            let text = try? String(contentsOf: URL(filePath: "/proc/\(pid)/task/\(task)/children"), encoding: .utf8)
            return sum + (text?.split(separator: " ").count ?? 0)
        }
    }
}
