// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Queues
import Vocabulary

/// The directory for evidence, and in it the files of one domain, which begin with its UUID.
actor EvidenceFolder {
    /// A queue of its own, for one step: the directory may be far away, and hang.
    private nonisolated let executor = QueueExecutor(label: "virtwarden.evidence")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    nonisolated let path: String
    private let uuid: String

    init(_ path: String, of uuid: DomainUUID) {
        self.path = path
        self.uuid = uuid.description
    }

    /// Bytes that may still be written; 0 when that can't be told. Makes the directory when only its last part is missing.
    func free() -> UInt64 {
        // What is wrong with the directory shows when something is written to it.
        mkdir(path, 0o700)
        var figures = statvfs()
        guard statvfs(path, &figures) == 0 else { return 0 }
        return UInt64(figures.f_bavail).multipliedReportingOverflow(by: UInt64(figures.f_frsize)).partialValue
    }

    /// What went wrong, nil when nothing did. The file is for its owner only, and no link is followed.
    func write(_ bytes: [UInt8], to name: String) -> String? {
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return "cannot make \(file): \(String(cString: strerror(errno)))" }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let reason = String(cString: strerror(errno))
                unlink(file)
                return "cannot write \(file): \(reason)"
            }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    /// Removes the domain's oldest files with `ending` in their last part. Those of another owner may stay: then the check
    /// of free space is what bounds them.
    func dropOldest(_ ending: String, keeping count: Int) {
        // Silence is right: a directory that can't be read holds nothing that could be removed.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let own = names.filter { name in
            name.hasPrefix(uuid + "-") && name.split(separator: ".", maxSplits: 1).last?.hasPrefix(ending) == true
        }
        let byAge = own.map { name in (name, Self.changed(path + "/" + name)) }.sorted { $0.1 < $1.1 }
        for (name, _) in byAge.dropLast(count) { unlink(path + "/" + name) }
    }

    func remove(_ name: String) {
        unlink(path + "/" + name)
    }

    private static func changed(_ file: String) -> Int {
        var status = stat()
        guard lstat(file, &status) == 0 else { return 0 }
        return status.st_mtim.tv_sec * 1_000 + status.st_mtim.tv_nsec / 1_000_000
    }
}
