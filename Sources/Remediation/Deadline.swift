// SPDX-License-Identifier: Apache-2.0
package import Libvirt
import Synchronization

/// Ends the wait for a call that libvirt does not answer. The call itself can't be taken back: its task is cancelled, and
/// what it returns later is dropped.
package enum Deadline {
    package static func run<Value: Sendable>(
        within limit: Duration, _ call: String, _ body: @escaping @Sendable () async throws(VirError) -> Value
    ) async throws(VirError) -> Value {
        let (results, says) = AsyncStream.makeStream(
            of: Result<Value, VirError>.self, bufferingPolicy: .bufferingOldest(1))
        let work = Task {
            do throws(VirError) {
                says.yield(.success(try await body()))
            } catch {
                says.yield(.failure(error))
            }
        }
        let timer = Task {
            // Silence is right: it is cancelled when the result is there.
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            says.yield(.failure(late(call, limit)))
            work.cancel()
        }
        defer { timer.cancel() }
        for await result in results { return try result.get() }
        work.cancel()
        throw late(call, limit)
    }

    private static func late(_ call: String, _ limit: Duration) -> VirError {
        VirError(
            code: .operationTimeout, domain: 0, call: call,
            message: "libvirt has not answered within \(limit.components.seconds) s; it was not waited for")
    }
}
