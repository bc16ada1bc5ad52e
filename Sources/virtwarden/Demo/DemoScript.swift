// SPDX-License-Identifier: Apache-2.0
import Daemon
import Libvirt
import Vocabulary

/// The mishaps of the demonstration and when they happen.
enum DemoScript {
    enum Deed {
        case crash, suspend, shutdown
    }

    struct Mishap {
        let at: Duration
        let domain: String
        let deed: Deed
        let sentence: String
    }

    static let mishaps = [
        Mishap(at: .milliseconds(1500), domain: "db-1", deed: .crash, sentence: "the kernel of db-1 panics"),
        Mishap(at: .milliseconds(4500), domain: "web-2", deed: .suspend, sentence: "an operator pauses web-2"),
        Mishap(at: .milliseconds(6500), domain: "build-1", deed: .shutdown, sentence: "its owner shuts build-1 down"),
    ]

    /// Does the mishap to the domain, over the agent's own connection: each one to a test host has a host of its own.
    static func carryOut(_ mishap: Mishap, on host: HostWatch, directory: String) async throws(VirError) {
        guard let uuid = await host.identity(ofDomain: mishap.domain)?.uuid else {
            throw VirError(code: .noDomain, domain: 0, call: "demo", message: "there is no domain \(mishap.domain)")
        }
        let object = ObjectUUID(uuid)
        let connection = try await host.writer(for: "demo")
        switch mishap.deed {
        case .crash: try await connection.crash(object, dumpTo: "\(directory)/\(mishap.domain).core")
        case .suspend: try await connection.suspend(object)
        case .shutdown: try await connection.shutdown(object)
        }
    }
}
