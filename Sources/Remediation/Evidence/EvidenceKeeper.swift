// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Libvirt
import Vocabulary

/// Keeps what a step would destroy: an image of the screen, the domain's memory. Nothing that fails here stops the step.
struct EvidenceKeeper: Sendable {
    private let order: StepOrder
    private var evidence: Evidence { order.means.evidence }

    init(_ order: StepOrder) {
        self.order = order
    }

    /// What was kept or why it was not, a clause each; empty when nothing was asked for.
    func keep(_ links: StepLinks) async -> [String] {
        guard evidence.takesScreenshot || evidence.coreDump != nil else { return [] }
        guard let folder = EvidenceFolder(evidence.directory, of: order.attempt.domain.uuid) else {
            return ["no evidence: no directory is set for it"]
        }
        var said: [String] = []
        if evidence.takesScreenshot { said.append(await screenshot(folder, links)) }
        if let dump = evidence.coreDump { said.append(await coreDump(dump, folder, links)) }
        return said
    }

    private func screenshot(_ folder: EvidenceFolder, _ links: StepLinks) async -> String {
        let (limit, timeout, uuid) = (evidence.screenshotLimit, evidence.screenshotTimeout, order.uuid)
        let end = ContinuousClock.now.advanced(by: timeout)
        do throws(VirError) {
            guard folder.free >= UInt64(limit) + (64 << 20) else { return "no screenshot: \(folder.path) is full" }
            let shot = try await links.run(within: timeout, "virDomainScreenshot") {
                (connection) async throws(VirError) in
                try await connection.screenshot(of: uuid, limit: limit) { ContinuousClock.now >= end }
            }
            let name = fileName("screen." + Self.ending(of: shot.mediaType))
            if let problem = folder.write(shot.image, to: name) { return "no screenshot: \(problem)" }
            folder.dropOldest("screen.", keeping: evidence.keep)
            return "screenshot \(name)"
        } catch {
            return "no screenshot: \(error.message)"
        }
    }

    private func coreDump(_ dump: Evidence.CoreDump, _ folder: EvidenceFolder, _ links: StepLinks) async -> String {
        guard dump.causes.contains(order.attempt.cause) else {
            return "no core dump: none is wanted after \(order.attempt.cause.rawValue)"
        }
        let (uuid, path) = (order.uuid, folder.path + "/" + fileName("core"))
        folder.dropOldest("core", keeping: max(0, evidence.keep - 1))
        do throws(VirError) {
            let obstacle = try await links.run(within: dump.timeout, "virDomainCoreDumpWithFormat") {
                (connection) async throws(VirError) -> String? in
                // libvirt's daemon writes the file, so the directory must be on its host.
                guard connection.isOfThisHost else { return "\(connection.uri) is another host" }
                let memory = try await connection.memory(of: uuid)
                if let obstacle = dump.obstacle(memory: memory, folder) { return obstacle }
                try await connection.dumpMemory(of: uuid, to: path)
                return nil
            }
            return obstacle.map { "no core dump: \($0)" } ?? "core dump \(fileName("core"))"
        } catch {
            // What it holds is no whole dump.
            unlink(path)
            return "no core dump: \(error.message)"
        }
    }

    private func fileName(_ ending: String) -> String {
        "\(order.attempt.domain.uuid)-\(order.attempt.incident)-\(order.attempt.number)-\(order.attempt.action).\(ending)"
    }

    private static func ending(of mediaType: String) -> String {
        switch mediaType {
        case "image/png": "png"
        case "image/x-portable-pixmap": "ppm"
        default: "img"
        }
    }
}

extension Evidence.CoreDump {
    /// Why a domain of so many KiB is not dumped into `folder`.
    fileprivate func obstacle(memory: UInt64, _ folder: EvidenceFolder) -> String? {
        let bytes = memory > UInt64.max >> 10 ? UInt64.max : memory << 10
        guard bytes <= maxBytes else {
            return "the domain has \(bytes) bytes of memory, more than the limit of \(maxBytes)"
        }
        let (needed, overflows) = bytes.addingReportingOverflow(reserve)
        let free = folder.free
        guard !overflows, free >= needed else {
            return "\(folder.path) has \(free) bytes free, \(needed) are needed"
        }
        return nil
    }
}
