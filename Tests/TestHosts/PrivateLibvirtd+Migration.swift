// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

extension PrivateLibvirtd {
    /// Defines on this host, too, a domain that `other` has, with its UUID and its files.
    public func adopt(_ name: String, of other: PrivateLibvirtd) async throws {
        let xml = try await other.virsh("dumpxml", "--inactive", "--domain", name)
        try await virsh("define", directory.write("disks/\(name)-adopted.xml", xml.utf8))
    }

    /// Begins to migrate a running domain to `other`, at 1 MiB a second, and returns once some of its memory is there; the
    /// process ends with the migration.
    ///
    /// Both daemons are of this machine and share the files, which is why libvirt calls it unsafe, and it isn't.
    public func beginMigration(_ name: String, to other: PrivateLibvirtd) async throws -> ChildProcess {
        try await virsh("migrate-setspeed", "--domain", name, "1")
        let arguments = [
            "-q", "-c", uri, "migrate", "--live", "--p2p", "--unsafe", "--domain", name, "--desturi", other.uri,
            "--migrateuri", "unix://\(other.directory.path)/s/migration",
        ]
        let migration = try ChildProcess("virsh", arguments, environment: environment)
        try await waitUntil("the migration of \(name) is under way") {
            if let ending = migration.ending { throw HostError("\(ending): \(migration.standardError)") }
            // The other host makes a QEMU for it first.
            guard try await other.state(of: name) == "paused" else { return false }
            let job = try await self.virsh("domjobinfo", "--domain", name).split(separator: "\n")
            return job.contains { $0.hasPrefix("Data processed:") && $0.hasSuffix("MiB") }
        }
        return migration
    }

    /// Lets a migration that is under way come to its end.
    public func endMigration(_ name: String) async throws {
        try await virsh("migrate-setspeed", "--domain", name, "10000")
    }
}
