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

    /// The most characters of a text that others chose.
    private static let textLimit = 512

    init(_ order: StepOrder) {
        let attempt = order.attempt
        connection = Self.cut(attempt.domain.connection)
        domain = Self.cut(attempt.domain.name)
        uuid = attempt.domain.uuid.description
        incident = attempt.incident
        self.attempt = attempt.number
        policy = Self.cut(attempt.policy)
        cause = attempt.cause.rawValue
        action = attempt.action
    }

    /// By Unicode's scalars: one character may have any number of them.
    private static func cut(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(textLimit)))
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Silence is right: texts and whole numbers always have a JSON.
        let data = (try? encoder.encode(self)) ?? Data()
        return Array(data) + [UInt8(ascii: "\n")]
    }
}
