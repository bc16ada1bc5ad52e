// SPDX-License-Identifier: Apache-2.0
import CSpawn
import Glibc

/// Starts a program (`posix_spawn`) with nothing of this process's but what is given to it here.
enum Spawn {
    private static let environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]

    static func start(_ run: ProgramRun, input: Descriptor, output: Descriptor) throws(StartFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        let prepared = prepare(&actions, input, output) + prepare(&attributes)
        // Without one of them it would get more than it should.
        if let error = prepared.first(where: { $0 != 0 }) { throw StartFailure("posix_spawn", error) }
        // Where whoever started us had it ignored, the kernel would reap programs, and nobody learn how they ended.
        signal(SIGCHLD, SIG_DFL)
        var pid: pid_t = 0
        let error = withCStrings([run.program] + run.arguments) { words in
            withCStrings(environment) { posix_spawn(&pid, run.program, &actions, &attributes, words, $0) }
        }
        guard error == 0 else { throw StartFailure(spawning: run.program, error) }
        return pid
    }

    /// The errors of the calls, in their order.
    private static func prepare(
        _ actions: inout posix_spawn_file_actions_t, _ input: Descriptor, _ output: Descriptor
    ) -> [Int32] {
        [
            vw_spawn_chdir(&actions, "/"),
            posix_spawn_file_actions_adddup2(&actions, input.number, STDIN_FILENO),
            posix_spawn_file_actions_adddup2(&actions, output.number, STDOUT_FILENO),
            posix_spawn_file_actions_adddup2(&actions, output.number, STDERR_FILENO),
            // Those too that a library has opened without O_CLOEXEC.
            vw_spawn_closefrom(&actions, STDERR_FILENO + 1),
        ]
    }

    private static func prepare(_ attributes: inout posix_spawnattr_t) -> [Int32] {
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        // A session is a process group too.
        let flags = vw_spawn_own_session | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        return [
            posix_spawnattr_setsigmask(&attributes, &none),
            posix_spawnattr_setsigdefault(&attributes, &all),
            posix_spawnattr_setflags(&attributes, flags),
        ]
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
