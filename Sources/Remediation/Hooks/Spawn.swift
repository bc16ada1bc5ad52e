// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Starts a program (`posix_spawn`): a process group of its own, no descriptor of ours, default signals.
enum Spawn {
    struct Problem: Error {
        let reason: String

        init(_ number: Int32) {
            reason = String(cString: strerror(number))
        }
    }

    /// More than one message has, and less than a pipe holds, so that writing it first never blocks (pipe(7)).
    private static let inputLimit = 16 << 10
    /// What a program of the operator's may need, and nothing that an agent's environment may hold of secrets.
    private static let environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]

    /// The process id.
    static func start(_ command: [String], _ input: [UInt8]) -> Result<pid_t, Problem> {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return .failure(Problem(errno)) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        let written = input.prefix(inputLimit).withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
        close(writing)
        guard written >= 0 else { return .failure(Problem(errno)) }
        var pid: pid_t = 0
        let result = spawn(command, reading, &pid)
        return result == 0 ? .success(pid) : .failure(Problem(result))
    }

    private static func spawn(_ command: [String], _ input: Int32, _ pid: inout pid_t) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        // What libraries open is closed on exec, as a rule. To close what is not open is no mistake here (glibc).
        for descriptor in (STDERR_FILENO + 1)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return withCStrings(command) { words in
            withCStrings(environment) { posix_spawn(&pid, command[0], &actions, &attributes, words, $0) }
        }
    }

    private static func withCStrings(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map(body) ?? EINVAL
        }
    }
}
