// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Libvirt
import Remediation
import TestHosts
import Testing
import Vocabulary

/// Each action on real QEMUs: what it does, what it leaves, and how it fails.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RealActionTests {
    /// A libvirtd, and what performs actions on it as the agent does.
    private struct Place {
        let host: PrivateLibvirtd
        let connection: Connection

        init() async throws {
            host = try await PrivateLibvirtd.start()
            connection = try await Connection.open(host.uri, access: .readOnly)
        }

        func perform(
            _ action: String, on name: String, cause: Cause = .panic, means: ActionMeans = ActionMeans(),
            timeout: Duration = .seconds(30)
        ) async throws -> StepOutcome {
            let action = try #require(Actions.named(action))
            let listed = try #require(try await connection.domains().first { $0.name == name })
            let domain = DomainIdentity(
                connection: "local", uuid: DomainUUID(high: listed.uuid.high, low: listed.uuid.low), name: name)
            let attempt = Attempt(
                domain: domain, incident: "i-1", number: 1, policy: "p", action: action.name, cause: cause)
            let uri = host.uri
            let links = StepLinks { () async throws(VirError) in
                try await Connection.open(uri, access: .readWrite, within: .seconds(5))
            } close: { link in
                Task { await link.close() }
            }
            return await action.carryOut(StepOrder(attempt, timeout: timeout, means: means), links: links)
        }

        func state(_ name: String) async throws -> String {
            let listed = try #require(try await connection.domains().first { $0.name == name })
            return "\(listed.status.state.name) \(listed.status.reasonName)"
        }

        func stop() async {
            await connection.close()
            await host.stop()
        }
    }

    @Test func `a guest's agent is asked, one that stands still says so in time, and an NMI ends in a panic`()
        async throws
    {
        let place = try await Place()
        try await place.host.defineGuest("web", try await GuestKernel.make())
        try await place.host.start("web", booted: false)
        try await waitUntil("the agent is there", within: .seconds(60)) {
            try await place.host.virsh("dumpxml", "web").contains("state='connected'")
        }
        // The guest has no program that reboots it, which the agent says.
        let asked = try await place.perform("agent-reboot", on: "web", timeout: .seconds(20))
        #expect(asked.problem?.message.contains("agent") == true, "\(asked)")
        try await place.host.tellGuest(
            "web", to: "echo 1 >/proc/sys/kernel/unknown_nmi_panic; killall -STOP qemu-ga; echo set >/dev/ttyS0")
        try await waitUntil("it is told") { place.host.console(of: "web").contains("set") }
        let silent = try await place.perform("agent-reboot", on: "web", timeout: .seconds(2))
        #expect([.agentUnresponsive, .operationTimeout].contains(silent.problem?.code), "\(silent)")
        #expect(try await place.perform("inject-nmi", on: "web").problem == nil)
        try await waitUntil("it panics") { try await place.state("web") == "crashed panicked" }
        await place.stop()
    }

    @Test func `the power button: a reboot, a new start, and a guest that does not listen`() async throws {
        let place = try await Place()
        for (name, kind) in [("obeys", PrivateLibvirtd.DomainKind.obedient), ("ignores", .idle)] {
            try await place.host.define(name, kind)
            try await place.host.start(name)
        }
        let stream = try await place.connection.subscribe(buffer: 64)
        let before = try place.host.pid(of: "obeys")
        #expect(try await place.perform("shutdown-start", on: "obeys").problem == nil)
        #expect(try place.host.pid(of: "obeys") != before)
        try await place.host.waitUntilBooted("obeys")
        #expect(try await place.perform("acpi-reboot", on: "obeys").problem == nil)
        for await event in stream.events where event.kindName == "reboot" { break }
        #expect(try await place.state("obeys").hasPrefix("running"))
        let ignored = try await place.perform("shutdown-start", on: "ignores", timeout: .seconds(1))
        #expect(ignored.problem?.description == "shutdown-start: the guest did not power off (code 68)")
        #expect(try await place.state("ignores") == "running booted")
        await place.stop()
    }

    @Test func `a snapshot brings back what ran, and one that is not there says so`() async throws {
        let place = try await Place()
        try await place.host.defineWithSnapshots("web")
        try await place.host.start("web", booted: false)
        try await place.host.virsh("snapshot-create-as", "web", "good")
        try place.host.kill("web")
        try await waitUntil("it is off") { try await place.state("web") == "shutoff crashed" }
        var means = ActionMeans()
        means.snapshot = "none"
        let missing = try await place.perform("snapshot-revert", on: "web", means: means)
        #expect(missing.problem?.call == "virDomainSnapshotLookupByName")
        means.snapshot = "good"
        #expect(try await place.perform("snapshot-revert", on: "web", means: means).problem == nil)
        #expect(try await place.state("web") == "running from_snapshot")
        await place.stop()
    }

    @Test func `evidence is kept before what destroys it, within its bounds`() async throws {
        let place = try await Place()
        try await place.host.define("web", extraDevices: "<video><model type='vga'/></video>")
        try await place.host.start("web", booted: false)
        let folder = try place.host.makeFolder("evidence")
        var means = ActionMeans()
        means.evidence.directory = folder
        means.evidence.takesScreenshot = true
        means.evidence.coreDump = Evidence.CoreDump()
        means.evidence.coreDump?.reserve = 1 << 20
        let kept = try await place.perform("reset", on: "web", means: means)
        #expect(kept.problem == nil)
        #expect(kept.evidence.count == 2 && kept.evidence.allSatisfy { !$0.hasPrefix("no ") }, "\(kept)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(files.count == 2 && files[0].hasSuffix("-i-1-1-reset.core") && files[1].contains("screen."), "\(files)")
        let core = try Data(contentsOf: URL(filePath: "\(folder)/\(files[0])"))
        #expect(core.prefix(4) == Data([0x7f, 0x45, 0x4c, 0x46]) && core.count > 4 << 20, "\(core.count)")
        means.evidence.coreDump?.maxBytes = 1 << 20
        means.evidence.screenshotLimit = 1_000
        let large = try await place.perform("reset", on: "web", means: means)
        #expect(large.problem == nil)
        #expect(
            large.evidence == [
                "no screenshot: the image is larger than 1000 bytes",
                "no core dump: the domain has 16777216 bytes of memory, more than the limit of 1048576",
            ])
        means.evidence.coreDump = Evidence.CoreDump()
        means.evidence.coreDump?.reserve = 1 << 62
        means.evidence.takesScreenshot = false
        let full = try await place.perform("reset", on: "web", means: means)
        #expect(full.evidence.first?.hasPrefix("no core dump: \(folder) has ") == true, "\(full)")
        let other = try await place.perform("reset", on: "web", cause: .watchdog, means: means)
        #expect(other.evidence == ["no core dump: none is wanted after watchdog"])
        await place.stop()
    }

    @Test(.enabled(if: geteuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0))
    func `a directory for evidence that hangs does not hold up the step`()
        async throws
    {
        let place = try await Place()
        try await place.host.define("web", extraDevices: "<video><model type='vga'/></video>")
        try await place.host.start("web", booted: false)
        let directory = try OwnedDirectory()
        let disk = try await HungDisk(in: directory)
        var means = ActionMeans()
        means.evidence.directory = disk.path
        means.evidence.takesScreenshot = true
        means.evidence.screenshotTimeout = .seconds(1)
        let outcome = try await place.perform("reset", on: "web", means: means)
        #expect(outcome.problem == nil)
        #expect(outcome.evidence == ["no screenshot: \(disk.path) does not answer"])
        await disk.end()
        await directory.remove()
        await place.stop()
    }

    @Test func `a QEMU that stands still holds up neither its evidence nor its end for long`() async throws {
        let place = try await Place()
        try await place.host.define("web", extraDevices: "<video><model type='vga'/></video>")
        try await place.host.define("other")
        for name in ["web", "other"] { try await place.host.start(name, booted: false) }
        try place.host.kill("web", SIGSTOP)
        var means = ActionMeans()
        means.evidence.directory = try place.host.makeFolder("evidence")
        means.evidence.takesScreenshot = true
        means.evidence.screenshotTimeout = .seconds(1)
        let reset = try await place.perform("reset", on: "web", means: means, timeout: .seconds(1))
        #expect(reset.problem?.code == .operationTimeout)
        #expect(reset.evidence.first?.hasPrefix("no screenshot: ") == true, "\(reset)")
        #expect(try await place.perform("reset", on: "other").problem == nil)
        let outcome = try await place.perform("destroy-start", on: "web", timeout: .seconds(40))
        #expect(outcome.problem == nil, "\(outcome)")
        #expect(try await place.state("web") == "running booted")
        await place.stop()
    }
}
