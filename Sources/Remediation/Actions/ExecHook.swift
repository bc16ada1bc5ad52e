// SPDX-License-Identifier: Apache-2.0
public import Libvirt
import Programs
public import Vocabulary

/// Runs the program that the policy names, with the step as JSON on its standard input. Whether it helped, the domain's
/// state tells. Off unless the configuration allows programs.
public struct ExecHook: Action {
    public let name = "exec"

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        means.command.isEmpty ? "the policy names no program, or programs are not allowed" : nil
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        let command = order.means.command
        let report = await ProgramRun(
            program: command.first ?? "", arguments: Array(command.dropFirst()), input: HookMessage(order).json,
            timeout: order.timeout
        ).report()
        guard let problem = report.problem else { return }
        throw failure(problem, report.ending.isLate ? .operationTimeout : .operationFailed)
    }
}

extension ProgramReport.Ending {
    fileprivate var isLate: Bool { self == .tooLong || self == .stuck }
}
