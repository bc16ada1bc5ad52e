// SPDX-License-Identifier: Apache-2.0
import Programs

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
        let body = WebhookBody.bytes(of: message)
        return [.program(ProgramRun(program: program, arguments: arguments, input: body, timeout: timeout))]
    }
}

extension Verdict {
    private static let wrongUsage: Int32 = 64
    private static let wrongData: Int32 = 65

    /// Exit code 0 is told; wrong usage and wrong data (`sysexits.h`) are refused; all else, a program that is missing or
    /// takes too long among it, may work later.
    init(_ report: ProgramReport) {
        switch (report.problem, report.ending) {
        case (nil, _): self = .told
        case (let problem?, .exited(Self.wrongUsage)), (let problem?, .exited(Self.wrongData)):
            self = .refused(reason: problem)
        case (let problem?, _): self = .again(reason: problem, retryAfter: nil)
        }
    }
}
