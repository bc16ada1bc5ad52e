// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// The open connections, up to a bound. When there are as many, the one that has been idle longest makes room for the
/// next: so nobody is shut out by clients that ask for nothing.
final class Connections: Sendable {
    private struct Connection {
        let channel: any Channel
        /// Since when it waits for a request, that request's arrival included; nil while one is answered.
        var idleSince: ContinuousClock.Instant? = .now
    }

    private let most: Int
    private let open = Mutex<[ObjectIdentifier: Connection]>([:])

    init(most: Int) {
        self.most = most
    }

    var isEmpty: Bool { open.withLock { $0.isEmpty } }

    /// Notes the channel until it closes; false when there are too many already, and all are being answered.
    func admit(_ channel: any Channel) -> Bool {
        var victim: (any Channel)?
        let isAdmitted = open.withLock { open in
            if open.count >= most {
                guard let longest = Self.longestIdle(open) else { return false }
                victim = open.removeValue(forKey: longest)?.channel
            }
            open[ObjectIdentifier(channel)] = Connection(channel: channel)
            return true
        }
        victim?.close(promise: nil)
        if isAdmitted {
            channel.closeFuture.whenComplete { _ in
                self.open.withLock { $0[ObjectIdentifier(channel)] = nil }
            }
        }
        return isAdmitted
    }

    /// Notes whether a request of the channel is being answered.
    func note(_ channel: any Channel, isAnswered: Bool) {
        open.withLock { $0[ObjectIdentifier(channel)]?.idleSince = isAnswered ? nil : .now }
    }

    func tellAll(_ event: some Sendable) {
        for channel in open.withLock({ $0.values.map(\.channel) }) {
            channel.pipeline.fireUserInboundEventTriggered(event)
        }
    }

    private static func longestIdle(_ open: [ObjectIdentifier: Connection]) -> ObjectIdentifier? {
        let idle = open.compactMap { key, connection in connection.idleSince.map { (key, $0) } }
        return idle.min { $0.1 < $1.1 }?.0
    }
}
