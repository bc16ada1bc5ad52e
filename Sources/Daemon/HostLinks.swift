// SPDX-License-Identifier: Apache-2.0
import Libvirt

/// The connections to one host, each with a queue of its own, so that a call that hangs in one delays no other.
///
/// The main one hears events and makes calls that never touch a monitor; the lane makes those that may; the writer
/// exists only where remediation may act. `test:///` gives every connection a world of its own, so there all three
/// are one.
struct HostLinks: Sendable {
    let main: Connection
    let lane: Connection
    let writer: Connection?
    /// Why there is no writer although one is wanted; watching goes on without it.
    let writerProblem: VirError?

    static func open(_ uri: String?, writes: Bool) async throws(VirError) -> HostLinks {
        if let uri, uri.hasPrefix("test:") {
            let only = try await Connection.open(uri, access: .readWrite)
            return HostLinks(main: only, lane: only, writer: only, writerProblem: nil)
        }
        let main = try await Connection.open(uri, access: .readOnly)
        let lane: Connection
        do throws(VirError) {
            lane = try await Connection.open(uri, access: .readOnly)
        } catch {
            await main.close()
            throw error
        }
        let links = HostLinks(main: main, lane: lane, writer: nil, writerProblem: nil)
        return writes ? await links.writing(true, uri) : links
    }

    /// The same with a writer, or without one.
    func writing(_ wanted: Bool, _ uri: String?) async -> HostLinks {
        guard !isOnlyOne, wanted != (writer != nil) else { return self }
        guard wanted else {
            if let writer { Task { await writer.close() } }
            return HostLinks(main: main, lane: lane, writer: nil, writerProblem: nil)
        }
        do throws(VirError) {
            let writer = try await Connection.open(uri, access: .readWrite)
            return HostLinks(main: main, lane: lane, writer: writer, writerProblem: nil)
        } catch {
            return HostLinks(main: main, lane: lane, writer: nil, writerProblem: error)
        }
    }

    private var isOnlyOne: Bool { writer === main }

    /// Each connection once.
    var all: [Connection] {
        var all: [Connection] = []
        for one in [main, lane, writer].compactMap({ $0 }) where !all.contains(where: { $0 === one }) {
            all.append(one)
        }
        return all
    }

    /// The reason why the first of the connections that watch ended. A writer that ended is opened anew when needed.
    func ended() async -> CloseReason? {
        let watched = lane === main ? [main] : [main, lane]
        return await withTaskGroup(of: CloseReason?.self) { group in
            for one in watched {
                group.addTask {
                    for await reason in one.closed { return reason }
                    return nil
                }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    /// Nobody waits for it: a connection may hang in a call that nothing ends.
    func close() {
        for one in all { Task { await one.close() } }
    }
}
