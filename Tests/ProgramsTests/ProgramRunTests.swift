// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Synchronization
import TestHosts
import Testing

@testable import Programs

/// Programs that are really run.
@Suite(.timeLimit(.minutes(2))) struct ProgramRunTests {
    private let directory: OwnedDirectory

    init() throws {
        directory = try OwnedDirectory()
    }

    private func shell(
        _ script: String, _ more: String..., input: String = "{}\n", within limit: Duration = .seconds(60)
    ) async -> ProgramReport {
        await ProgramRun(
            program: "/bin/sh", arguments: ["-c", script, "sh"] + more, input: Array(input.utf8), timeout: limit
        ).report()
    }

    private func run(_ program: String, _ arguments: [String] = []) async -> ProgramReport {
        await ProgramRun(program: program, arguments: arguments, input: [], timeout: .seconds(60)).report()
    }

    /// Makes a file by another program: one that this process has open for writing cannot be run.
    private func file(_ name: String, _ text: String, mode: String) async throws -> String {
        let path = "\(directory.path)/\(name)"
        try await TestHosts.run(
            "/bin/sh", ["-c", #"printf %s "$2" > "$1" && chmod "$3" "$1""#, "sh", path, text, mode])
        return path
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOf: URL(filePath: directory.path + "/" + name), encoding: .utf8)
    }

    /// Waits until the process whose number is in the file has ended. Who reaps an orphan may be slow: a zombie counts.
    private func waitForEnd(of name: String) async throws {
        let pid = try #require(pid_t(try text(name).filter(\.isNumber)))
        try await waitUntil("process \(pid) has ended") {
            let status = (try? String(contentsOf: URL(filePath: "/proc/\(pid)/stat"), encoding: .utf8)) ?? ") Z"
            return status.contains(") Z") || status.contains(") X")
        }
    }

    // MARK: How it ends

    @Test(arguments: [
        ("exit 0", ProgramReport.Ending.exited(0), nil),
        ("exit 7", .exited(7), "/bin/sh ended with 7"),
        ("echo out; echo err >&2; exit 1", .exited(1), "/bin/sh ended with 1: out err"),
        ("printf 'a\\033[2J\\342\\200\\256\\nb'; exit 1", .exited(1), "/bin/sh ended with 1: a [2J b"),
        ("kill -TERM $$", .killed(signal: SIGTERM), "/bin/sh was ended by signal 15"),
        ("exec >&- 2>&-; exit 4", .exited(4), "/bin/sh ended with 4"),
    ])
    func `its end is told as it was`(script: String, ending: ProgramReport.Ending, problem: String?) async {
        let report = await shell(script)
        #expect(report.ending == ending && report.problem == problem)
        await directory.remove()
    }

    @Test func `what cannot be run is said`() async throws {
        func reason(_ program: String, _ arguments: [String] = []) async -> String {
            guard case .notStarted(let why) = await run(program, arguments).ending else { return "it was started" }
            return why
        }
        #expect(await reason("/nowhere/at/all") == "No such file or directory")
        #expect(await reason("sh") == "its path is not absolute")
        #expect(await reason("") == "its path is not absolute")
        #expect(await reason(directory.path) == "it is a directory")
        #expect(await reason("/bin/sh", ["a\0b"]) == "its path or an argument holds a NUL")
        let plain = try await file("plain", "#!/bin/sh\n", mode: "644")
        #expect(await reason(plain).hasPrefix("Permission denied; is it executable"))
        let bare = try await file("bare", "exit 0\n", mode: "755")
        #expect(await reason(bare).hasPrefix("Exec format error; a script begins with a line that names its"))
        let orphan = try await file("orphan", "#!/nowhere/sh\n", mode: "755")
        #expect(await reason(orphan) == "No such file or directory: what its first line, or its loader, names")
        let long = ProgramRun(
            program: "/bin/sh", arguments: [], input: Array(repeating: 0, count: ProgramRun.inputLimit + 1),
            timeout: .seconds(60))
        #expect(
            await long.report().ending == .notStarted("its input has 67108865 bytes; at most 67108864 are passed on"))
        #expect(await run("/nowhere\n/x").problem == "cannot run /nowhere /x: No such file or directory")
        await directory.remove()
    }

    @Test func `what is wrong with a program is seen before it is run`() async throws {
        func problem(_ program: String) -> String? {
            ProgramRun(program: program, arguments: [], input: [], timeout: .seconds(1)).problem
        }
        #expect(problem("/bin/sh") == nil)
        #expect(problem("/nowhere/at/all") == "cannot run /nowhere/at/all: No such file or directory")
        #expect(problem(directory.path) == "cannot run \(directory.path): it is a directory")
        #expect(problem("sh") == "cannot run sh: its path is not absolute")
        let plain = try await file("plain", "#!/bin/sh\n", mode: "644")
        #expect(problem(plain)?.hasPrefix("cannot run \(plain): Permission denied; is it executable") == true)
        await directory.remove()
    }

    // MARK: What it gets

    @Test func `it gets its input and its arguments, and knows nothing else of us`() async throws {
        let report = await shell(
            """
            cat > "$1/input"; tr '\\0' '\\n' < /proc/self/environ > "$1/environ"; pwd > "$1/where"; printf %s "$2" > "$1/word"
            cat /proc/$$/stat > "$1/stat"; grep ^Sig /proc/self/status > "$1/signals"; ls /proc/self/fd > "$1/fds"
            """, directory.path, "a b; $(c)", input: "the input")
        #expect(report.problem == nil)
        #expect(try text("input") == "the input")
        #expect(try text("word") == "a b; $(c)")
        #expect(try text("where") == "/\n")
        // The shell sets PWD; some shells set more.
        let names = try text("environ").split(separator: "\n").compactMap { $0.split(separator: "=").first }
        #expect(names.contains("PATH") && Set(names).isSubset(of: ["PATH", "PWD", "OLDPWD", "SHLVL", "_"]))
        // Input, output, errors, and the folder that ls reads.
        #expect(try text("fds") == "0\n1\n2\n3\n")
        // Number, name, state, parent, group, session, terminal.
        let stat = try text("stat").split(separator: " ")
        #expect(stat[4] == stat[0] && stat[5] == stat[0] && stat[6] == "0")
        let signals = try text("signals").split(separator: "\n")
        for name in ["SigBlk:\t", "SigIgn:\t"] {
            let line = try #require(signals.first { $0.hasPrefix(name) })
            let set = try #require(UInt64(line.dropFirst(name.count), radix: 16))
            // Two above are glibc's own.
            #expect(set & 0x7FFF_FFFF == 0, "\(signals)")
        }
        await directory.remove()
    }

    @Test func `descriptors that anything here has open do not reach it`() async throws {
        // As a library does that does not think of O_CLOEXEC; the second is above what is usually open.
        let open = Glibc.open("/dev/null", O_RDONLY)
        let high = fcntl(open, F_DUPFD, 900)
        #expect(open >= 0 && high >= 900)
        defer {
            close(open)
            close(high)
        }
        let report = await shell("ls /proc/self/fd > \"$1/fds\"", directory.path)
        #expect(report.problem == nil)
        #expect(try text("fds") == "0\n1\n2\n3\n")
        await directory.remove()
    }

    @Test func `nothing of its input is in the list of processes or in its environment`() async throws {
        let report = await shell(
            "cat /proc/$$/cmdline /proc/$$/environ /proc/$$/comm | tr '\\0' '\\n' > \"$1/shown\"", directory.path,
            input: "SECRET-OF-THE-INPUT")
        #expect(report.problem == nil)
        let shown = try text("shown")
        #expect(shown.contains("PATH=") && !shown.contains("SECRET"))
        await directory.remove()
    }

    // MARK: Hostile ones

    @Test func `one whose time is over is ended`() async {
        let report = await shell("sleep 600; true", within: .milliseconds(200))
        #expect(report.ending == .tooLong && report.problem == "/bin/sh ran longer than 200ms and was killed")
        await directory.remove()
    }

    /// Runs a script until the file exists that it makes, and ends it then.
    private func ended(after name: String, _ script: String) async throws -> ProgramReport {
        let task = Task { await shell(script, directory.path, within: .seconds(600)) }
        try await waitUntil("\(name) is there") { (try? self.text(name).hasSuffix("\n")) == true }
        task.cancel()
        return await task.value
    }

    @Test func `one that ignores SIGTERM is killed, with all that it has started`() async throws {
        let report = try await ended(
            after: "pid", "trap '' TERM; sleep 600 & echo $! > \"$1/pid\"; while :; do wait; done")
        #expect(report.ending == .cancelled)
        try await waitForEnd(of: "pid")
        await directory.remove()
    }

    @Test func `one that is ended may tidy up first`() async throws {
        let report = try await ended(
            after: "ready",
            "trap 'echo bye > \"$1/last\"; exit 0' TERM; echo > \"$1/ready\"; while :; do sleep 0.05; done")
        #expect(report.ending == .cancelled)
        #expect(try text("last") == "bye\n")
        await directory.remove()
    }

    @Test func `what it leaves behind with its output open is not waited for, and killed`() async throws {
        let began = ContinuousClock.now
        let report = await shell("trap '' TERM; sleep 600 & echo $! > \"$1/pid\"; exit 3", directory.path)
        #expect(report.ending == .exited(3))
        #expect(began.duration(to: .now) < .seconds(60))
        try await waitForEnd(of: "pid")
        await directory.remove()
    }

    @Test func `one that prints without end is cut, and its deadline is seen`() async {
        let endless = await shell("exec cat /dev/zero", within: .seconds(1))
        #expect(endless.ending == .tooLong)
        let long = await shell("head -c 200000000 /dev/zero | tr '\\0' x; exit 1")
        #expect(long.ending == .exited(1))
        #expect(long.said.utf8.count < 300 && long.said.hasPrefix("xxxx"))
        await directory.remove()
    }

    @Test(arguments: ["exit 0", "exec <&-; sleep 0.1", "sleep 0.1"])
    func `one that does not read its input blocks nobody`(script: String) async {
        let report = await shell(script, input: String(repeating: "x", count: 8 << 20))
        #expect(report.problem == nil)
        await directory.remove()
    }

    @Test func `all of a long input arrives`() async {
        #expect(
            await shell("test $(wc -c) = 20000000", input: String(repeating: "x", count: 20_000_000)).problem == nil)
        await directory.remove()
    }

    @Test func `a cancelled one is ended at once`() async {
        for delay in [Duration.zero, .milliseconds(1), .milliseconds(50)] {
            let task = Task { await self.shell("sleep 600; true", within: .seconds(600)) }
            // Whether it has begun by then is left to chance.
            try? await Task.sleep(for: delay)
            task.cancel()
            let report = await task.value
            #expect(report.ending == .cancelled)
            #expect(report.problem == "/bin/sh was killed, as it was called off")
        }
        await directory.remove()
    }

    @Test func `many at once each get their own input, and none stays a zombie`() async throws {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let report = await self.shell(
                        "echo $$ >> \"$1/pids\"; cat; exit 1", self.directory.path, input: "\(number)")
                    #expect(report.said == "\(number)")
                }
            }
        }
        let pids = try text("pids").split(separator: "\n")
        #expect(pids.count == 40)
        let own = "\(getpid())"
        for pid in pids {
            let stat = try? String(contentsOf: URL(filePath: "/proc/\(pid)/stat"), encoding: .utf8)
            // Gone, or a number that another process has by now.
            let fields = stat?.split(separator: ")").last?.split(separator: " ") ?? []
            #expect(fields.count < 2 || fields[0] != "Z" || fields[1] != own)
        }
        await directory.remove()
    }

    @Test func `one that the kernel does not start is left behind, and ended once it is started`() async throws {
        let program = try await file("leased", "#!/bin/sh\nsleep 600", mode: "755")
        let lease = try Lease(program)
        let run = ProgramRun(program: program, arguments: [], input: [], timeout: .milliseconds(100))
        let report = await run.report()
        #expect(report.ending == .stuck)
        #expect(RunWatch.leftBehind.load(ordering: .relaxed) == 1)
        lease.giveUp()
        try await waitUntil("it has been started and ended") { RunWatch.leftBehind.load(ordering: .relaxed) == 0 }
        await directory.remove()
    }
}

/// A lease on a file: whoever would run the file waits for its end (`fcntl`, F_SETLEASE), as for a server that is away.
private struct Lease {
    private static let setLease: Int32 = 1024
    private static let setSignal: Int32 = 10
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        // Of the wait it is told by a signal that is ignored when nobody asks for it.
        guard descriptor >= 0, fcntl(descriptor, Self.setSignal, SIGURG) == 0,
            fcntl(descriptor, Self.setLease, Int32(F_WRLCK)) == 0
        else { throw HostError("no lease on \(path): \(String(cString: strerror(errno)))") }
    }

    func giveUp() {
        _ = fcntl(descriptor, Self.setLease, Int32(F_UNLCK))
        close(descriptor)
    }
}
