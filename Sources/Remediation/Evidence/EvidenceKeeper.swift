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
        guard let directory = evidence.directory else { return ["no evidence: no directory is set for it"] }
        let folder = EvidenceFolder(directory, of: order.attempt.domain.uuid)
        var said: [String] = []
        if evidence.takesScreenshot {
            said.append(
                await bounded("screenshot", evidence.screenshotTimeout, folder) { await screenshot(folder, links) })
        }
        if let dump = evidence.coreDump {
            said.append(await bounded("core dump", dump.timeout, folder) { await coreDump(dump, folder, links) })
        }
        return said
    }

    /// Calls to libvirt end by themselves within `limit`; a directory that hangs does not.
    private func bounded(
        _ what: String, _ limit: Duration, _ folder: EvidenceFolder, _ keep: @escaping @Sendable () async -> String
    ) async -> String {
        // Silence is right: the only error is that the time is over.
        let said = try? await Deadline.run(within: limit + .seconds(5), what) { await keep() }
        return said ?? "no \(what): \(folder.path) does not answer"
    }

    private func screenshot(_ folder: EvidenceFolder, _ links: StepLinks) async -> String {
        let (limit, timeout, uuid) = (evidence.screenshotLimit, evidence.screenshotTimeout, order.uuid)
        let end = ContinuousClock.now.advanced(by: timeout)
        do throws(VirError) {
            guard await folder.free() >= UInt64(limit) + (64 << 20) else {
                return "no screenshot: \(folder.path) is full"
            }
            let shot = try await links.run(within: timeout, "virDomainScreenshot") {
                (connection) async throws(VirError) in
                try await connection.screenshot(of: uuid, limit: limit) { ContinuousClock.now >= end }
            }
            let name = fileName("screen." + Self.ending(of: shot.mediaType))
            if let problem = await folder.write(shot.image, to: name) { return "no screenshot: \(problem)" }
            await folder.dropOldest("screen.", keeping: evidence.keep)
            return "screenshot \(name)"
        } catch {
            return "no screenshot: \(error.message)"
        }
    }

    private func coreDump(_ dump: Evidence.CoreDump, _ folder: EvidenceFolder, _ links: StepLinks) async -> String {
        guard dump.causes.contains(order.attempt.cause) else {
            return "no core dump: none is wanted after \(order.attempt.cause.rawValue)"
        }
        let (uuid, name) = (order.uuid, fileName("core"))
        let path = folder.path + "/" + name
        await folder.dropOldest("core", keeping: max(0, evidence.keep - 1))
        do throws(VirError) {
            let obstacle = try await links.run(within: dump.timeout, "virDomainCoreDumpWithFormat") {
                (connection) async throws(VirError) -> String? in
                // libvirt's daemon writes the file, so the directory must be on its host.
                guard connection.isOfThisHost else { return "\(connection.uri) is another host" }
                let memory = try await connection.memory(of: uuid)
                if let obstacle = await dump.obstacle(memory: memory, folder) { return obstacle }
                try await connection.dumpMemory(of: uuid, to: path)
                return nil
            }
            return obstacle.map { "no core dump: \($0)" } ?? "core dump \(name)"
        } catch {
            // What it holds is no whole dump.
            await folder.remove(name)
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
    fileprivate func obstacle(memory: UInt64, _ folder: EvidenceFolder) async -> String? {
        let bytes = memory > UInt64.max >> 10 ? UInt64.max : memory << 10
        guard bytes <= maxBytes else {
            return "the domain has \(bytes) bytes of memory, more than the limit of \(maxBytes)"
        }
        let (needed, overflows) = bytes.addingReportingOverflow(reserve)
        let free = await folder.free()
        guard !overflows, free >= needed else {
            return "\(folder.path) has \(free) bytes free, \(needed) are needed"
        }
        return nil
    }
}
