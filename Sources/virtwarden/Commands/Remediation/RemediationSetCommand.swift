// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DomainXML
import Libvirt
import Vocabulary

struct RemediationSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Writes into a domain's metadata how it wishes to be repaired.",
        discussion: """
            What is not given stays as it is. It can only lower what an agent's configuration allows. Needs a libvirt \
            connection that may write.

            Examples:
              virtwarden remediation set web-1 --mode observe
              virtwarden remediation set db-1 --policy db --attempts 2 --window 2h
              virtwarden remediation set web-1 --hold-until 2026-01-31T12:00:00Z --hold-by ann
              virtwarden remediation set web-1 --clear
            """)

    @Argument(help: "The domain's name or UUID.") var domain: String
    @Option(help: "The libvirt connection.") var connect: String?
    @Option(help: "off, observe or auto.") var mode: String?
    @Option(help: "The name of the only policy that may repair it.") var policy: String?
    @Option(help: "never or on-failure.") var restart: String?
    @Option(help: "How many attempts within the window, at most.") var attempts: String?
    @Option(help: "The window, at least, as 1h.") var window: String?
    @Option(help: "UUIDs of the domains that must run first, with commas.") var dependsOn: String?
    @Option(help: "Leave it alone until then, as 2026-01-31T12:00:00Z.") var holdUntil: String?
    @Option(help: "On whose behalf.") var holdBy: String?
    @Flag(help: "Take away what is written.") var clear = false

    private var given: [String: String] {
        let all = [
            "mode": mode, "policy": policy, "restart": restart, "attempts": attempts, "window": window,
            "depends-on": dependsOn, "hold-until": holdUntil, "hold-by": holdBy,
        ]
        return all.compactMapValues { $0 }
    }

    func validate() throws {
        if clear != given.isEmpty { throw ValidationError("give something to write, or --clear and nothing else") }
        for (name, value) in given where value.utf8.count > 200 {
            throw ValidationError("--\(name): is longer than 200 bytes")
        }
        if let problem = DomainWish(given).problems.first { throw ValidationError("--\(problem)") }
    }

    func run() async throws {
        do {
            let uri = connect ?? Environment.flag("connect")
            let connection = try await Connection.open(uri, access: .readWrite, within: .seconds(30))
            let uuid = try await find(on: connection)
            var attributes = given
            if !clear, let old = try? DomainDescription.parse(try await connection.xml(of: uuid)).remediation {
                attributes.merge(old.attributes) { new, _ in new }
            }
            try await connection.setMetadata(
                of: uuid, namespace: RemediationMark.namespace, prefix: "virtwarden",
                element: clear ? nil : RemediationMark(attributes: attributes).element)
            await connection.close()
        } catch let error as VirError {
            throw CommandFailure(
                status: .wrong, sentence: "cannot write the metadata of \"\(domain.asOneLine)\": \(error)")
        }
        let words = given.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.asOneLine)" }
        Output.say("\(domain.asOneLine): \(clear ? "nothing is wished any more" : words.joined(separator: ", "))")
    }

    private func find(on connection: Connection) async throws -> ObjectUUID {
        let wanted = DomainUUID(domain)
        let found = try await connection.domains().first { one in
            one.name == domain || wanted.map { $0.high == one.uuid.high && $0.low == one.uuid.low } == true
        }
        guard let found else {
            throw CommandFailure(status: .wrong, sentence: "there is no domain \"\(domain.asOneLine)\"")
        }
        return found.uuid
    }
}
