// SPDX-License-Identifier: Apache-2.0
import CSpawn
import Glibc

/// A program that was started, in a process group of its own, with nothing of the agent's: no descriptor, no
/// environment but `PATH`, no blocked or ignored signal.
final class SpawnedProcess {
    enum Ending {
        case exited(Int32)
        case killed(signal: Int32)
        case tooLong, cancelled
    }

    /// How much of its output is kept; the rest is read and dropped.
    private static let longestOutput = 4096
    private static let environment = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    private let pid: pid_t
    /// What it prints comes from here; -1 once it has closed it.
    private var output: Int32
    private var printed: [UInt8] = []

    /// Starts it (`posix_spawn`). Its input is a file in memory, so that no program can block by not reading it.
    init(_ run: ProgramRun) throws(ChannelError) {
        func failure(_ number: Int32, _ what: String = "") -> ChannelError {
            ChannelError("cannot run \(run.program): \(what)\(String(cString: strerror(number)))")
        }
        let input = vw_memory_file("virtwarden-input")
        guard input >= 0 else { throw failure(errno, "memfd_create: ") }
        defer { close(input) }
        var rest = run.input[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw failure(errno, "write: ") }
            rest = rest.dropFirst(max(count, 0))
        }
        lseek(input, 0, SEEK_SET)
        var ends: [Int32] = [-1, -1]
        guard vw_pipe(&ends) == 0 else { throw failure(errno, "pipe2: ") }
        defer { close(ends[1]) }
        let result = Self.spawn(run, input: input, output: ends[1])
        guard result.error == 0 else {
            close(ends[0])
            throw failure(result.error)
        }
        pid = result.pid
        output = ends[0]
    }

    deinit {
        if output >= 0 { close(output) }
    }

    /// What it printed, for a sentence: the start of it, on one line.
    var said: String {
        let text = String(decoding: printed, as: UTF8.self).onOneLine
        let words = text.split(separator: " ").joined(separator: " ").cut(to: 200)
        return words.isEmpty ? "" : ": \(words)"
    }

    /// Waits for its end; at the deadline, or when cancelled, its whole group is killed.
    func ending(by deadline: ContinuousClock.Instant, _ isCancelled: () -> Bool) -> Ending {
        var forced: Ending?
        while true {
            var status: Int32 = 0
            read()
            let ended = waitpid(pid, &status, WNOHANG)
            if ended == pid {
                // What a killed one printed, and what of its children holds the pipe open, is not waited for.
                read()
                let signal = status & 0x7F
                return forced ?? (signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal))
            }
            guard ended == 0 || errno == EINTR else { return forced ?? .exited(-1) }
            if forced == nil, isCancelled() || ContinuousClock.now >= deadline {
                forced = isCancelled() ? .cancelled : .tooLong
                kill(-pid, SIGKILL)
            }
            pause()
        }
    }

    /// Until it prints or closes its output, up to a moment.
    private func pause() {
        var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        // With a negative descriptor `poll` only waits.
        _ = Glibc.poll(&poll, 1, output >= 0 ? 20 : 10)
    }

    /// What is there.
    private func read() {
        var chunk = [UInt8](repeating: 0, count: 4096)
        // One that prints without end is read on from the next time, so that its deadline is seen.
        for _ in 0..<64 where output >= 0 {
            var ready = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&ready, 1, 0) > 0 else { return }
            let count = Glibc.read(output, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                close(output)
                output = -1
                return
            }
            printed += chunk[..<min(count, Self.longestOutput - printed.count)]
        }
    }

    private static func spawn(_ run: ProgramRun, input: Int32, output: Int32) -> (error: Int32, pid: pid_t) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        vw_spawn_chdir(&actions, "/")
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        vw_spawn_closefrom(&actions, STDERR_FILENO + 1)
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = ([run.program] + run.arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = [strdup(environment), nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        return (posix_spawn(&pid, run.program, &actions, &attributes, &words, &variables), pid)
    }
}
