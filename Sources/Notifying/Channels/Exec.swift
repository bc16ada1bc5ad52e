// SPDX-License-Identifier: Apache-2.0

/// A program of the host's own, which gets version 4 of the webhook's body on its standard input.
///
/// Off unless the settings allow it: it runs with the agent's rights, on what tenants can cause. Its arguments are
/// fixed: nothing of an alert gets there.
public struct Exec: Channel {
    public static let key = "exec"

    /// An absolute path.
    public var program: String
    public var arguments: [String]
    /// After which it is killed, with all that it has started.
    public var timeout: Duration

    public init(program: String, arguments: [String] = [], timeout: Duration = .seconds(10)) {
        self.program = program
        self.arguments = arguments
        self.timeout = timeout
    }

    public func parcels(for message: Message, complain: @escaping Complain) -> [Parcel] {
        [
            .program(
                ProgramRun(
                    program: program, arguments: arguments, input: WebhookBody.bytes(of: message), timeout: timeout))
        ]
    }
}
