// SPDX-License-Identifier: Apache-2.0

/// What SQLite refused: the code, the file, what was tried and what was said.
public struct DatabaseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// SQLite's result code; a number that a newer SQLite adds is kept.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }

        public static let error = Code(rawValue: 1)
        public static let permission = Code(rawValue: 3)
        public static let busy = Code(rawValue: 5)
        public static let corrupt = Code(rawValue: 11)
        public static let full = Code(rawValue: 13)
        public static let cannotOpen = Code(rawValue: 14)
        public static let notADatabase = Code(rawValue: 26)
    }

    public let code: Code
    public let path: String
    /// What was tried: `open`, or the start of a statement.
    public let attempt: String
    public let message: String

    public init(code: Code, path: String, attempt: String, message: String) {
        self.code = code
        self.path = path
        self.attempt = attempt
        self.message = message
    }

    public var description: String { "\(attempt) on database \(path): \(message) (code \(code.rawValue))\(advice)" }

    private var advice: String {
        switch code {
        case .full: "; free some space"
        case .corrupt, .notADatabase: "; move the file away to begin a new one"
        case .cannotOpen, .permission: "; the directory must exist and be writable"
        case .busy: "; is another agent using it?"
        default: ""
        }
    }
}
