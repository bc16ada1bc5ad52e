// SPDX-License-Identifier: Apache-2.0
import Dispatch
import FoundationEssentials
public import Glibc
import Synchronization

/// One process started with `posix_spawnp(3)` in a process group of its own, so that a terminal's Ctrl-C does not reach it.
///
/// What it prints goes to nameless files, which neither fill up nor block it and can be read while it runs.
public final class ChildProcess: Sendable {
    /// How a process ended.
    public enum Ending: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    private struct State {
        var ending: Ending?
        var waiters: [CheckedContinuation<Ending, Never>] = []
    }

    /// The process id; another process may own the number once this one has ended.
    public let pid: pid_t
    private let program: String
    private let output: NamelessFile
    private let errors: NamelessFile
    private let state = Mutex(State())

    /// Starts `program`, looked up in PATH, with `environment` or, when nil, this process's own.
    ///
    public init(
        _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
        standardInput: String = "/dev/null"
    ) throws(HostError) {
        self.program = program
        output = try NamelessFile()
        errors = try NamelessFile()
        pid = try Self.spawn(
            [program] + arguments, environment: environment ?? ProcessInfo.processInfo.environment,
            input: standardInput, output: output.descriptor, errors: errors.descriptor)
        let pid = pid
        DispatchQueue(label: "child \(pid)").async { self.waitForEnd(of: pid) }
    }

    /// Everything printed to standard output so far.
    public var standardOutput: String { output.text }

    /// Everything printed to standard error so far.
    public var standardError: String { errors.text }

    /// How it ended, or nil while it runs.
    public var ending: Ending? { state.withLock { $0.ending } }

    /// Sends a signal; false when the process has ended, whose number may be another's by now.
    @discardableResult
    public func signal(_ number: Int32) -> Bool {
        state.withLock { $0.ending == nil && kill(pid, number) == 0 }
    }

    /// Waits for the end.
    public func end() async -> Ending {
        await withCheckedContinuation { continuation in
            let ended: Ending? = state.withLock {
                if $0.ending == nil { $0.waiters.append(continuation) }
                return $0.ending
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }

    /// SIGTERM, and SIGKILL when the process is still there after `patience`.
    @discardableResult
    public func stop(patience: Duration = .seconds(10)) async -> Ending {
        signal(SIGTERM)
        let killer = Task {
            try await Task.sleep(for: patience)
            signal(SIGKILL)
        }
        defer { killer.cancel() }
        return await end()
    }

    /// Runs on its own queue. WNOWAIT leaves the zombie until the ending is on record: the pid stays ours till then.
    private func waitForEnd(of pid: pid_t) {
        var status: Int32 = 0
        var seen = siginfo_t()
        while waitid(P_PID, id_t(pid), &seen, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
        let waiters = state.withLock { state in
            while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
            let low = status & 0x7f
            state.ending = low == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: low)
            defer { state.waiters = [] }
            return state.waiters.map { ($0, state.ending ?? .exited(-1)) }
        }
        for (waiter, ending) in waiters { waiter.resume(returning: ending) }
    }

    private static func spawn(
        _ words: [String], environment: [String: String], input: String, output: Int32, errors: Int32
    ) throws(HostError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        // Tests that run at the same time open sockets, which would live on in this child. To close what is not open is no
        // mistake here (posix_spawn of glibc).
        for descriptor in (STDERR_FILENO + 1)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        // A test runner may block or ignore signals; the child starts with the default ones.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        let failed = posix_spawnp(&pid, words[0], &actions, &attributes, &argv, &envp)
        guard failed == 0 else {
            throw HostError("cannot start \(words[0]): \(String(cString: strerror(failed))); is its package installed?")
        }
        return pid
    }
}

/// Runs a program to its end and returns what it printed to standard output.
///
/// Any exit code but 0 throws, with what it printed to standard error.
@discardableResult
public func run(_ program: String, _ arguments: [String], environment: [String: String]? = nil) async throws -> String {
    let child = try ChildProcess(program, arguments, environment: environment)
    let ending = await child.end()
    guard ending == .exited(0) else {
        let line = ([program] + arguments).joined(separator: " ")
        throw HostError("\(line): \(ending): \(child.standardError)\(child.standardOutput)")
    }
    return child.standardOutput
}
