// SPDX-License-Identifier: Apache-2.0

/// What holds for the machine that the agent runs on, read again before each step.
public struct HostConditions: Hashable, Sendable {
    /// The path of the file whose presence forbids every step; nil when it is not there.
    public var killSwitch: String?
    /// The path of the file that says that the machine shuts down, or has not booted yet: what stops now is stopped on
    /// purpose. nil when it is not there.
    public var shutdown: String?

    public init(killSwitch: String? = nil, shutdown: String? = nil) {
        self.killSwitch = killSwitch
        self.shutdown = shutdown
    }

    /// Why nothing may be done now, one clause.
    var obstacle: (reason: String, skip: SkipReason)? {
        if let killSwitch { return ("the file \(killSwitch) forbids every step", .killSwitch) }
        return shutdown.map { ("the host shuts down or has not booted yet: \($0) is there", .hostShutdown) }
    }
}
