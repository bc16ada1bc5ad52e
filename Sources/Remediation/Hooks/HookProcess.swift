// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import Synchronization

/// A program that runs in a process group of its own for a bounded time. What it prints is dropped.
enum HookProcess {
    enum Ending: Hashable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
        /// It, and what was left of its group, was killed at the deadline.
        case timedOut
        case notStarted(String)
    }

    /// Runs `command`, a path and arguments, with `input` on its standard input. When it ends, and at the latest after
    /// `limit` or when the task is cancelled, its whole process group is killed.
    static func run(_ command: [String], input: [UInt8], within limit: Duration) async -> Ending {
        guard let program = command.first, program.hasPrefix("/") else {
            return .notStarted("its path is not absolute")
        }
        let child = Child()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Both the start and the wait block: neither may hold one of Swift's own threads.
                DispatchQueue(label: "virtwarden.hook").async {
                    continuation.resume(returning: child.run(command, input, limit))
                }
            }
        } onCancel: {
            child.kill()
        }
    }

    /// The process, and whether its number is still its own.
    private final class Child: Sendable {
        private struct State {
            var pid: pid_t?
            var isKilled = false
        }

        private let state = Mutex(State())

        /// Kills the group while the leader's number can't be another's.
        func kill() {
            state.withLock { state in
                state.isKilled = true
                if let pid = state.pid { _ = Glibc.kill(-pid, SIGKILL) }
            }
        }

        func run(_ command: [String], _ input: [UInt8], _ limit: Duration) -> Ending {
            let pid: pid_t
            switch Spawn.start(command, input) {
            case .success(let started): pid = started
            case .failure(let problem): return .notStarted(problem.reason)
            }
            let wasKilled = state.withLock { state in
                state.pid = pid
                return state.isKilled
            }
            if wasKilled { _ = Glibc.kill(-pid, SIGKILL) }
            let timer = DispatchWorkItem { self.kill() }
            let nanoseconds = Int(limit.components.seconds) * 1_000_000_000
            let wait = DispatchTimeInterval.nanoseconds(
                nanoseconds + Int(limit.components.attoseconds / 1_000_000_000))
            DispatchQueue.global().asyncAfter(deadline: .now() + wait, execute: timer)
            defer { timer.cancel() }
            return end(of: pid)
        }

        /// WNOWAIT leaves the zombie, whose number stays ours until what is left of its group has been killed.
        private func end(of pid: pid_t) -> Ending {
            var seen = siginfo_t()
            while waitid(P_PID, id_t(pid), &seen, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
            return state.withLock { state in
                _ = Glibc.kill(-pid, SIGKILL)
                state.pid = nil
                var status: Int32 = 0
                while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
                let signal = status & 0x7f
                if signal == 0 { return .exited((status >> 8) & 0xff) }
                return state.isKilled ? .timedOut : .killed(signal: signal)
            }
        }
    }
}
