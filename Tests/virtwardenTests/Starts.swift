// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Synchronization

/// Hears on a connection of its own which domains libvirt starts, in order.
final class Starts: Sendable {
    private let names = Mutex<[String]>([])
    private let connection: Connection

    init(_ uri: String) async throws {
        connection = try await Connection.open(uri, access: .readOnly)
        let stream = try await connection.subscribe(buffer: 4096)
        Task { [self] in
            for await event in stream.events where event.detailName.hasPrefix("started_") {
                names.withLock { $0.append(event.name) }
            }
        }
    }

    var all: [String] { names.withLock { $0 } }

    func count(_ name: String) -> Int {
        all.count { $0 == name }
    }

    func stop() async {
        await connection.close()
    }
}
