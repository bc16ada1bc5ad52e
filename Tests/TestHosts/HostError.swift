// SPDX-License-Identifier: Apache-2.0

/// Why a real component could not be started, asked or stopped; the text is the test's failure message.
public struct HostError: Error, CustomStringConvertible, Sendable {
    /// What was tried, on what, and what came back.
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// Asks `condition` again and again until it is true, and throws when `limit` has passed.
///
/// For waiting on another process, where nothing can be awaited; `what` names the thing waited for.
public func waitUntil(
    _ what: String, within limit: Duration = .seconds(20), _ condition: @Sendable () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while try await !condition() {
        guard clock.now < end else { throw HostError("waited \(limit) in vain: \(what)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
