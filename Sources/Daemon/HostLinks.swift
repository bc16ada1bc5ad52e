// SPDX-License-Identifier: Apache-2.0
import Libvirt

/// The connections to one host, each with a queue of its own, so that a call that hangs in one delays no other.
///
/// The main one hears events and makes calls that never touch a monitor; the lane makes those that may; the writer
/// exists only when remediation may act. `test:///` gives every connection a world of its own, so there all three
/// are one.
struct HostLinks: Sendable {
    let main: Connection
    let lane: Connection
    let writer: Connection?

    static func open(_ uri: String?, writes: Bool) async throws(VirError) -> HostLinks {
        if let uri, uri.hasPrefix("test://") || uri.hasPrefix("test:/") {
            let only = try await Connection.open(uri, access: .readWrite)
            return HostLinks(main: only, lane: only, writer: only)
        }
        let main = try await Connection.open(uri, access: .readOnly)
        do throws(VirError) {
            let lane = try await Connection.open(uri, access: .readOnly)
            return HostLinks(
                main: main, lane: lane, writer: writes ? try await Connection.open(uri, access: .readWrite) : nil)
        } catch {
            await main.close()
            throw error
        }
    }

    func close() async {
        await main.close()
        await writer?.close()
        // The lane may hang in a call that nothing ends: nobody waits for it.
        let lane = lane
        Task { await lane.close() }
    }
}
