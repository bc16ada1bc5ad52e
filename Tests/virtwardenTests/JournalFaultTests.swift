// SPDX-License-Identifier: Apache-2.0
import Database
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// The program with a journal that cannot be used: it watches on, says so, and repairs nothing.
@Suite(.serialized, .timeLimit(.minutes(2))) struct JournalFaultTests {
    /// Runs the program after a script, which has the state directory as `$1`, in a mount namespace of its own.
    private func serve(_ scene: Scenario, after script: String) throws -> ChildProcess {
        try ChildProcess(
            "unshare",
            [
                "-m", "sh", "-c", script + #"; shift; exec "$@""#, "sh", "\(scene.directory.path)/state",
                BuiltProgram.path, "serve", "--config", scene.configuration, "--log-level", "debug",
            ])
    }

    private static let scripts = [
        #"mkdir "$1"; head -c 100000 /dev/urandom >"$1/remediation.db""#,
        #"mkdir -p "$1/remediation.db""#,
        #"mkdir "$1"; mount -t tmpfs -o ro state "$1""#,
        #"mkdir "$1"; mount -t tmpfs -o size=4k state "$1""#,
        #"mkdir "$1"; mount -t tmpfs -o nr_inodes=1 state "$1""#,
    ]

    /// What becomes of the journal of an agent that has ended in order: cut off, overwritten, emptied.
    private static let damages = [
        #"truncate -s 4096 "$1/remediation.db""#,
        #"truncate -s 10000 "$1/remediation.db""#,
        #"truncate -s 0 "$1/remediation.db""#,
        #"dd if=/dev/urandom of="$1/remediation.db" bs=4096 seek=1 count=6 conv=notrunc 2>/dev/null"#,
    ]

    /// Scenario 37: a journal that is cut off, corrupt or full.
    @Test(.enabled(if: geteuid() == 0), arguments: damages)
    func `scenario 37: a damaged journal never forgets a quarantine silently`(damage: String) async throws {
        let scene = try await Scenario()
        let policies = """
                - name: all
                  settle: 200ms
                  verify: 200ms
                  budget: {attempts: 1}
                  backoff: {base: 100ms, max: 1s}
            """
        try scene.configure(mode: "auto", policies: policies)
        try await scene.host.define("web")
        try await scene.host.start("web", booted: false)
        let first = try scene.serve()
        let port = try await first.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web",state="running"} 1"#)
        for outcome in ["succeeded", "gave-up"] {
            try scene.host.kill("web")
            try await waitUntil("it is \(outcome)") { !first.lines("decision", "outcome=\(outcome)").isEmpty }
        }
        #expect(await first.stop() == .exited(0))
        // What is written ahead would heal the file: whoever opens it last puts everything in its place.
        do { _ = try DatabaseHandle(path: "\(scene.directory.path)/state/remediation.db") }
        #expect(access("\(scene.directory.path)/state/remediation.db-wal", F_OK) != 0)
        let second = try serve(scene, after: damage)
        let page = try await second.port()
        #expect(!second.lines("remediation journal", "domains are only observed").isEmpty)
        try await scene.wait(page, for: "virtwarden_journal_usable 0\n")
        #expect(try await scene.host.state(of: "web") == "shut off")
        #expect(second.lines("decision", "outcome=acted").isEmpty)
        #expect(await scene.stop(second) == .exited(0))
    }

    @Test(.enabled(if: geteuid() == 0), arguments: scripts)
    func `a journal that can't be used lets it only observe`(script: String) async throws {
        let scene = try await Scenario()
        try await scene.host.define("web")
        try await scene.host.start("web", booted: false)
        let agent = try serve(scene, after: script)
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web",state="running"} 1"#)
        #expect(!agent.lines("remediation journal", "domains are only observed").isEmpty)
        try scene.host.kill("web")
        try await waitUntil("it says what it would do") { !agent.lines("decision", "outcome=would-act").isEmpty }
        #expect(agent.lines("decision", "outcome=acted").isEmpty)
        #expect(try await scene.host.state(of: "web") == "shut off")
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test(.enabled(if: geteuid() == 0)) func `a disk that is full later on forbids the step, and says so`() async throws
    {
        let scene = try await Scenario()
        try await scene.host.define("web")
        try await scene.host.start("web", booted: false)
        let agent = try serve(scene, after: #"mkdir "$1"; mount -t tmpfs -o size=1m state "$1""#)
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web",state="running"} 1"#)
        // dd fails once nothing more fits.
        _ = try? await run(
            "dd", ["if=/dev/zero", "of=/proc/\(agent.pid)/root\(scene.directory.path)/state/fill", "bs=4k"])
        try scene.host.kill("web")
        try await waitUntil("it is refused") {
            !agent.lines("decision", "outcome=refused", "could not be written down first").isEmpty
        }
        #expect(try await scene.host.state(of: "web") == "shut off")
        // What runs is written down as well, so that there may be more than the one.
        try await waitUntil("the page tells it") {
            try await Scenario.page(port).split(separator: "\n").contains {
                $0.hasPrefix("virtwarden_journal_failures_total ") && !$0.hasSuffix(" 0")
            }
        }
        #expect(await scene.stop(agent) == .exited(0))
    }
}
