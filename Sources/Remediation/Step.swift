// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// One rung of a ladder: an action and how long it may take until the domain runs.
public struct Step: Hashable, Sendable, CustomStringConvertible {
    /// The name of one of `Actions.all`.
    public let action: String
    public let timeout: Duration

    public static let defaultLadder = [
        Step(action: "start", timeout: .seconds(60)), Step(action: "reset", timeout: .seconds(30)),
        Step(action: "destroy-start", timeout: .seconds(60)),
    ]

    public init(action: String, timeout: Duration) {
        self.action = action
        self.timeout = timeout
    }

    /// From `ACTION TIMEOUT`, as in `start 60s`; nil when the action is unknown or the timeout no positive duration.
    public init?(parsing text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, let action = Actions.named(String(words[0])),
            let timeout = DurationText.parse(words[1]), timeout > .zero
        else { return nil }
        self.init(action: action.name, timeout: timeout)
    }

    public var description: String { "\(action) \(DurationText.format(timeout))" }
}
