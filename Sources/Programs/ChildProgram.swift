// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A program that was started. Whoever makes one waits for its `ending`, on a thread that may block: only that reaps it.
final class ChildProgram {
    /// How much of its output is kept; the rest is read and dropped.
    private static let longestOutput = 4096

    private(set) var printed: [UInt8] = []
    private let pid: pid_t
    /// What it prints comes from here; nil once it has closed it.
    private var output: Descriptor?
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    /// Starts it. Its input is a file in memory, so that no program can block anybody by not reading it.
    init(_ run: ProgramRun) throws(StartFailure) {
        try run.check()
        let input = try Descriptor.memory(holding: run.input)
        let (reading, writing) = try Descriptor.pipe()
        pid = try Spawn.start(run, input: input, output: writing)
        output = reading
    }

    /// Waits for its end; at the deadline, or when cancelled, its whole group is ended.
    func ending(by deadline: ContinuousClock.Instant, _ isCancelled: () -> Bool) -> ProgramReport.Ending {
        var forced: ProgramReport.Ending?
        var killing = deadline
        while isRunning {
            read()
            let now = ContinuousClock.now
            if forced != nil {
                if now >= killing { kill(-pid, SIGKILL) }
            } else if isCancelled() || now >= deadline {
                forced = isCancelled() ? .cancelled : .tooLong
                killing = now + ProgramRun.grace
                kill(-pid, SIGTERM)
            }
            pause()
        }
        // What is there; not what of its children holds the pipe open.
        read()
        let ending = reap()
        return forced ?? ending
    }

    /// An ended one is seen and not yet reaped (WNOWAIT): its number stays its own until its group is killed.
    private var isRunning: Bool {
        var seen = siginfo_t()
        let result = waitid(P_PID, id_t(pid), &seen, WEXITED | WNOHANG | WNOWAIT)
        return result == 0 ? seen.si_signo == 0 : errno == EINTR
    }

    /// Kills what is left of its group, and takes its exit code.
    private func reap() -> ProgramReport.Ending {
        var seen = siginfo_t()
        // Where SIGCHLD is ignored the kernel has reaped it, and its number may be another's.
        guard waitid(P_PID, id_t(pid), &seen, WEXITED | WNOHANG | WNOWAIT) == 0 else { return .exited(-1) }
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
    }

    /// Until it prints or closes its output, up to a moment.
    private func pause() {
        // With a negative descriptor `poll` only waits.
        var poll = pollfd(fd: output?.number ?? -1, events: Int16(POLLIN), revents: 0)
        _ = Glibc.poll(&poll, 1, output == nil ? 10 : 20)
    }

    /// What is there. One that prints without end is read on from the next time, so that its deadline is seen.
    private func read() {
        for _ in 0..<16 {
            guard let output else { return }
            let count = Glibc.read(output.number, &chunk, chunk.count)
            if count > 0 {
                printed += chunk[..<min(count, Self.longestOutput - printed.count)]
            } else if count == 0 {
                self.output = nil
            } else if errno != EINTR {
                return
            }
        }
    }
}
