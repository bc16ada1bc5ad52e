// SPDX-License-Identifier: Apache-2.0

extension Connection {
    /// Opens `uri` as `open(_:access:)` does, and fails when that has not come to an end within `deadline`, or when the task
    /// is cancelled. An attempt that was given up is ended where that is possible; a few may hang on, then no other is made.
    public static func open(
        _ uri: String?, access: Access, within deadline: Duration
    ) async throws(VirError) -> Connection {
        EventLoop.registered
        let connection = Connection(uri: uri ?? "the default connection")
        guard OpenAttempt.mayBegin(connection.uri) else {
            throw timeout(connection, access, "\(OpenAttempt.limit) attempts have not returned yet")
        }
        let attempt = OpenAttempt(connection.uri)
        let (results, says) = AsyncStream.makeStream(
            of: Result<Connection, VirError>.self, bufferingPolicy: .bufferingOldest(1))
        Task {
            let result = await connection.outcome(uri, access, attempt)
            if attempt.decide() { says.yield(result) } else { await connection.close() }
        }
        let timer = Task {
            // Silence is right: it is cancelled when the result is there.
            guard (try? await Task.sleep(for: deadline)) != nil, attempt.giveUp() else { return }
            says.yield(.failure(timeout(connection, access, "it has not answered within \(deadline.formatted)")))
        }
        defer { timer.cancel() }
        for await result in results { return try result.get() }
        // The task was cancelled. A connection that is there by now is closed when nobody holds it.
        _ = attempt.giveUp()
        throw timeout(connection, access, "it was not waited for")
    }

    private func outcome(
        _ uri: String?, _ access: Access, _ attempt: OpenAttempt
    ) -> Result<Connection, VirError> {
        do throws(VirError) {
            try connect(uri, access, attempt)
            return .success(self)
        } catch {
            return .failure(error)
        }
    }

    private static func timeout(_ connection: Connection, _ access: Access, _ why: String) -> VirError {
        VirError(
            code: .operationTimeout, domain: 0, call: access.opening,
            message: "cannot open \"\(connection.uri)\": \(why); does the host hang, or something between?")
    }
}

extension Access {
    /// The C function.
    var opening: String { self == .readOnly ? "virConnectOpenReadOnly" : "virConnectOpen" }
}

extension Duration {
    /// In seconds, to a tenth.
    fileprivate var formatted: String {
        let tenths = (components.seconds * 10) + components.attoseconds / 100_000_000_000_000_000
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
