// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Vocabulary

/// What a program or a webhook is told of a step: one JSON object of less than 16 KiB.
struct HookMessage: Encodable {
    let version = 1
    let connection: String
    let domain: String
    let uuid: String
    let incident: String
    let attempt: Int
    let policy: String
    let cause: String
    let action: String

    /// The most characters of a text that others chose, so that the whole fits into a pipe.
    private static let textLimit = 512

    init(_ order: StepOrder) {
        let attempt = order.attempt
        connection = String(attempt.domain.connection.prefix(Self.textLimit))
        domain = String(attempt.domain.name.prefix(Self.textLimit))
        uuid = attempt.domain.uuid.description
        incident = attempt.incident
        self.attempt = attempt.number
        policy = String(attempt.policy.prefix(Self.textLimit))
        cause = attempt.cause.rawValue
        action = attempt.action
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Silence is right: texts and whole numbers always have a JSON.
        let data = (try? encoder.encode(self)) ?? Data()
        return Array(data) + [UInt8(ascii: "\n")]
    }
}
