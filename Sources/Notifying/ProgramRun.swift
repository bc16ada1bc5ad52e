// SPDX-License-Identifier: Apache-2.0
import Glibc
import Queues
import Synchronization

/// A program to be run once: what, with what on its standard input, and for how long.
public struct ProgramRun: Hashable, Sendable {
    public var program: String
    public var arguments: [String]
    public var input: [UInt8]
    public var timeout: Duration

    public init(program: String, arguments: [String], input: [UInt8], timeout: Duration) {
        self.program = program
        self.arguments = arguments
        self.input = input
        self.timeout = timeout
    }
}

/// Runs programs, one at a time, on a queue of its own: it waits for them.
actor ProgramRunner {
    private nonisolated let executor = QueueExecutor(label: "virtwarden.program")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Why a run was ended early.
    private final class Cancellation: Sendable {
        let isCancelled = Atomic(false)
    }

    /// Runs it to its end. Exit code 0 is told; 64 and 65 (wrong usage, wrong data: `sysexits.h`) are refused; all
    /// else, a program that is missing or takes too long among it, may work later. Cancelling the task kills it.
    func run(_ run: ProgramRun) async -> Verdict {
        let cancellation = Cancellation()
        return await withTaskCancellationHandler {
            perform(run) { cancellation.isCancelled.load(ordering: .relaxed) }
        } onCancel: {
            cancellation.isCancelled.store(true, ordering: .relaxed)
        }
    }

    private func perform(_ run: ProgramRun, _ isCancelled: () -> Bool) -> Verdict {
        let process: SpawnedProcess
        do throws(ChannelError) {
            process = try SpawnedProcess(run)
        } catch {
            return .again(reason: error.description, retryAfter: nil)
        }
        switch process.ending(by: .now + run.timeout, isCancelled) {
        case .exited(0): return .told
        case .exited(let code) where code == EX_USAGE || code == EX_DATAERR:
            return .refused(reason: "\(run.program) ended with \(code)\(process.said)")
        case .exited(let code):
            return .again(reason: "\(run.program) ended with \(code)\(process.said)", retryAfter: nil)
        case .killed(let signal):
            return .again(reason: "\(run.program) was ended by signal \(signal)\(process.said)", retryAfter: nil)
        case .tooLong:
            let limit = run.timeout.formatted
            return .again(reason: "\(run.program) ran longer than \(limit) and was killed", retryAfter: nil)
        case .cancelled: return .again(reason: "\(run.program) was killed, as the agent ends", retryAfter: nil)
        }
    }
}

extension Duration {
    fileprivate var formatted: String {
        let (seconds, attoseconds) = components
        return attoseconds == 0 ? "\(seconds)s" : "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms"
    }
}

private let EX_USAGE: Int32 = 64
private let EX_DATAERR: Int32 = 65
