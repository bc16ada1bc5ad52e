// SPDX-License-Identifier: Apache-2.0
import Libvirt

/// The connections to one host on which no call can hang for long, each with a queue of its own.
///
/// The main one hears events and makes calls that never touch a monitor; the writer exists only where remediation may
/// act. `test:///` gives every connection a world of its own, so there both are one, and the lane too.
struct HostLinks: Sendable {
    let main: Connection
    let writer: Connection?
    /// Why there is no writer although one is wanted; watching goes on without it.
    let writerProblem: VirError?

    static func open(_ uri: String?, writes: Bool, within deadline: Duration) async throws(VirError) -> HostLinks {
        if let uri, uri.hasPrefix("test:") {
            let only = try await Connection.open(uri, access: .readWrite)
            return HostLinks(main: only, writer: only, writerProblem: nil)
        }
        let main = try await Connection.open(uri, access: .readOnly, within: deadline)
        let links = HostLinks(main: main, writer: nil, writerProblem: nil)
        return writes ? await links.writing(true, uri, within: deadline) : links
    }

    /// Whether there is but one connection for everything.
    var isOnlyOne: Bool { writer === main }

    /// The same with a writer, or without one.
    func writing(_ wanted: Bool, _ uri: String?, within deadline: Duration) async -> HostLinks {
        guard !isOnlyOne, wanted != (writer != nil) else { return self }
        guard wanted else {
            if let writer { Task { await writer.close() } }
            return HostLinks(main: main, writer: nil, writerProblem: nil)
        }
        do throws(VirError) {
            let writer = try await Connection.open(uri, access: .readWrite, within: deadline)
            return HostLinks(main: main, writer: writer, writerProblem: nil)
        } catch {
            return HostLinks(main: main, writer: nil, writerProblem: error)
        }
    }

    /// The reason why the main connection ended. A writer that ended is opened anew when needed, and a lane ends with
    /// the daemon that the main one is connected to.
    func ended() async -> CloseReason? {
        for await reason in main.closed { return reason }
        return nil
    }

    /// Nobody waits for it: a connection may hang in a call that nothing ends.
    func close() {
        Task { [main] in await main.close() }
        if let writer, !isOnlyOne { Task { await writer.close() } }
    }
}
