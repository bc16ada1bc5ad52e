// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import Libvirt

@Suite(.timeLimit(.minutes(1))) struct OpenAttemptTests {
    private let uri = "test://\(UInt64.random(in: .min ... .max))"

    @Test func `what hangs though it was given up is counted until it returns`() {
        func hang(_ depth: Int) {
            let attempt = OpenAttempt(uri)
            attempt.run {
                #expect(OpenAttempt.mayBegin(uri))
                #expect(attempt.giveUp() && !attempt.giveUp() && !attempt.decide())
                if depth < OpenAttempt.limit { hang(depth + 1) } else { #expect(!OpenAttempt.mayBegin(uri)) }
            }
        }
        hang(1)
        #expect(OpenAttempt.mayBegin(uri))
    }

    @Test func `a result that is there is not given up, and one that comes too late is nobody's`() {
        let early = OpenAttempt(uri)
        #expect(early.run { 1 } == 1)
        #expect(early.decide() && !early.giveUp() && !early.decide())
        // Between the call's return and its result there is nothing that hangs.
        for _ in 0...OpenAttempt.limit {
            let late = OpenAttempt(uri)
            late.run {}
            #expect(late.giveUp() && !late.decide())
        }
        #expect(OpenAttempt.mayBegin(uri))
    }

    @Test func `giving up ends what libvirt reads, before or after it was registered`() throws {
        for isLate in [false, true] {
            var ends: [Int32] = [-1, -1]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
            let attempt = OpenAttempt(uri)
            let got: Int = attempt.run {
                if isLate { _ = attempt.giveUp() }
                OpenAttempt.current?.note(ends[0])
                if !isLate { _ = attempt.giveUp() }
                var byte: UInt8 = 0
                return recv(ends[0], &byte, 1, 0)
            }
            #expect(got == 0)
            for end in ends { close(end) }
        }
        #expect(OpenAttempt.current == nil)
    }

    @Test func `a connection opens within its deadline, and a cancelled task has none`() async throws {
        let connection = try await Connection.open("test:///default", access: .readOnly, within: .seconds(30))
        #expect(await connection.isAlive)
        await connection.close()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await Connection.open("test:///default", access: .readOnly, within: .seconds(30))
        }
        let error = await #expect(throws: VirError.self) { try await task.value }
        #expect(error?.message.contains("was not waited for") == true)
    }
}
