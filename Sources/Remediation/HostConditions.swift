// SPDX-License-Identifier: Apache-2.0

/// What holds for the machine that the agent runs on, read again before each step.
public struct HostConditions: Hashable, Sendable {
    /// The path of the file whose presence forbids every step; nil when it is not there.
    public var killSwitch: String?
    /// The machine shuts down: what stops now is stopped on purpose.
    public var isStopping = false

    public init(killSwitch: String? = nil, isStopping: Bool = false) {
        self.killSwitch = killSwitch
        self.isStopping = isStopping
    }

    /// Why nothing may be done now, one clause.
    var obstacle: String? {
        if let killSwitch { return "the file \(killSwitch) forbids every step" }
        return isStopping ? "the host shuts down" : nil
    }
}
