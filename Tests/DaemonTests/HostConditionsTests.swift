// SPDX-License-Identifier: Apache-2.0
@testable import Daemon
import Glibc
import Remediation
import TestHosts
import Testing

@Suite(.timeLimit(.minutes(1))) struct HostConditionsTests {
    @Test func `a file forbids steps while it is there, or may be`() async throws {
        let directory = try OwnedDirectory()
        var settings = RemediationSettings()
        settings.killSwitch = directory.path + "/stop"
        settings.shutdownFile = directory.path + "/nologin"
        #expect(await HostConditions.look(by: settings) == HostConditions())
        _ = try directory.write("stop", [])
        #expect(await HostConditions.look(by: settings) == HostConditions(killSwitch: settings.killSwitch))
        settings.shutdownFile = directory.path + "/stop/nologin"
        #expect(await HostConditions.look(by: settings).shutdown == nil)
        // A name that no file system takes cannot be looked at.
        settings.shutdownFile = "/tmp/" + String(repeating: "x", count: 300)
        #expect(await HostConditions.look(by: settings).shutdown == settings.shutdownFile)
        await directory.remove()
    }

    @Test(.enabled(if: geteuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0))
    func `one on a disk that hangs forbids steps, and holds up nothing else`() async throws {
        let directory = try OwnedDirectory()
        let disk = try await HungDisk(in: directory)
        var settings = RemediationSettings()
        settings.killSwitch = disk.path + "/stop"
        for _ in 0..<3 {
            #expect(await HostConditions.look(by: settings) == HostConditions(killSwitch: settings.killSwitch))
        }
        await disk.end()
        try await waitUntil("the disk's end is seen") { [settings] in
            await HostConditions.look(by: settings) == HostConditions()
        }
        await directory.remove()
    }
}
