// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// One attempt to open a connection, which may hang: libvirt waits without end for a host that takes a connection and says
/// nothing, and sets no keepalive before it has answered.
///
/// A call into C cannot be cancelled. But while libvirt opens a connection it registers the descriptor that it reads, on the
/// thread of the call; when the attempt is given up, that is shut down, so the call fails. Where it hangs before that (in a
/// name server, or in a TLS handshake), its thread stays with it; so only some attempts at one URI may hang at once.
final class OpenAttempt: Sendable {
    /// The most attempts at one URI that may have been given up and not have returned.
    static let limit = 4

    private struct State {
        var isDecided = false
        var isGivenUp = false
        /// Whether the call has returned.
        var isOver = false
        /// Copies of the descriptors that were registered during the call.
        var descriptors: [Int32] = []
    }

    private let uri: String
    private let state = Mutex(State())
    /// How many attempts at each URI hang although they were given up.
    private static let hanging = Mutex<[String: Int]>([:])
    /// The attempts that are under way, by the threads on which they wait.
    private static let running = Mutex<[pthread_t: OpenAttempt]>([:])

    init(_ uri: String) {
        self.uri = uri
    }

    static func mayBegin(_ uri: String) -> Bool {
        hanging.withLock { $0[uri, default: 0] < limit }
    }

    /// The attempt whose call runs on this thread.
    static var current: OpenAttempt? {
        let thread = pthread_self()
        return running.withLock { $0[thread] }
    }

    /// Makes the call.
    func run<Value>(_ call: () -> Value) -> Value {
        let thread = pthread_self()
        Self.running.withLock { $0[thread] = self }
        defer {
            Self.running.withLock { $0[thread] = nil }
            ended()
        }
        return call()
    }

    /// libvirt registers a descriptor during the call.
    func note(_ descriptor: Int32) {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return }
        state.withLock { state in
            state.descriptors.append(copy)
            if state.isGivenUp { shutdown(copy, Int32(SHUT_RDWR)) }
        }
    }

    /// Whether the call's result comes first; false when nobody waits for it any more.
    func decide() -> Bool {
        state.withLock { state in
            defer { state.isDecided = true }
            return !state.isDecided
        }
    }

    /// Ends the attempt, if its result is not there yet; whether that was so.
    func giveUp() -> Bool {
        state.withLock { state in
            guard !state.isDecided else { return false }
            state.isDecided = true
            guard !state.isOver else { return true }
            state.isGivenUp = true
            Self.hanging.withLock { $0[uri, default: 0] += 1 }
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
            return true
        }
    }

    private func ended() {
        state.withLock { state in
            for descriptor in state.descriptors { close(descriptor) }
            state.descriptors = []
            state.isOver = true
            guard state.isGivenUp else { return }
            Self.hanging.withLock { hanging in
                let rest = hanging[uri, default: 1] - 1
                hanging[uri] = rest > 0 ? rest : nil
            }
        }
    }
}
