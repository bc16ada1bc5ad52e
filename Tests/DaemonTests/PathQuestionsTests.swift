// SPDX-License-Identifier: Apache-2.0
@testable import Daemon
import Dispatch
import Glibc
import Synchronization
import TestHosts
import Testing

@Suite(.timeLimit(.minutes(1))) struct PathQuestionsTests {
    @Test func `tells how much is free, and what an error says`() async {
        let here = FileSystemAnswer.ofThisMachine
        guard case .free(let bytes, isReadOnly: false) = await here.look(at: "/tmp", within: .seconds(20)) else {
            Issue.record("/tmp tells nothing")
            return
        }
        #expect(bytes > 0)
        #expect(await here.look(at: "/nowhere/at/all", within: .seconds(20)) == .failed(ENOENT))
        #expect(await here.look(at: "/proc", within: .seconds(20)) != nil)
    }

    @Test func `one that hangs holds one thread, and keeps nobody waiting beyond its time`() async throws {
        let asked = Mutex<[String: Int]>([:])
        let gate = DispatchSemaphore(value: 0)
        let systems = PathQuestions<FileSystemAnswer> { directory in
            asked.withLock { $0[directory, default: 0] += 1 }
            if directory == "/hung" { gate.wait() }
            return .free(7, isReadOnly: false)
        }
        for _ in 0..<5 { #expect(await systems.look(at: "/hung", within: .milliseconds(50)) == nil) }
        #expect(await systems.look(at: "/well", within: .seconds(20)) == .free(7, isReadOnly: false))
        #expect(asked.withLock { $0["/hung"] } == 1)
        gate.signal()
        try await waitUntil("it answers again") {
            gate.signal()
            return await systems.look(at: "/hung", within: .seconds(20)) == .free(7, isReadOnly: false)
        }
    }

    @Test func `of many that hang no more are asked`() async {
        let asked = Mutex(0)
        let gate = DispatchSemaphore(value: 0)
        let systems = PathQuestions<FileSystemAnswer> { _ in
            asked.withLock { $0 += 1 }
            gate.wait()
            return .failed(EIO)
        }
        await withTaskGroup { group in
            for number in 0..<40 {
                group.addTask { #expect(await systems.look(at: "/\(number)", within: .milliseconds(50)) == nil) }
            }
        }
        #expect(asked.withLock { $0 } <= systems.limit)
        for _ in 0..<40 { gate.signal() }
    }
}
