// SPDX-License-Identifier: Apache-2.0
public import Libvirt
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
        let ending = await HookProcess.run(
            order.means.command, input: HookMessage(order).json, within: order.timeout)
        switch ending {
        case .exited(0): return
        case .exited(let code): throw failure("\(program(order)) ended with \(code)")
        case .killed(let signal): throw failure("\(program(order)) was ended by signal \(signal)")
        case .timedOut: throw failure("\(program(order)) was ended: it ran too long", .operationTimeout)
        case .notStarted(let why): throw failure("cannot run \(program(order)): \(why)")
        }
    }

    private func program(_ order: StepOrder) -> String {
        "\"\((order.means.command.first ?? "").asOneLine)\""
    }
}
