// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import Remediation
import Synchronization

/// What the file system says in which a directory lies.
enum FileSystemAnswer: Hashable, Sendable {
    /// Bytes that a user other than root may still write.
    case free(UInt64, isReadOnly: Bool)
    /// The number of the error.
    case failed(Int32)
    /// Nothing, in the time that it had.
    case silent
}

/// Asks this machine's file systems. One that hangs, as NFS may, holds one thread and nobody else.
final class FileSystems: Sendable {
    /// The most questions that may be under way.
    static let limit = 16
    static let ofThisMachine = FileSystems { directory in
        var figures = statvfs()
        guard statvfs(directory, &figures) == 0 else { return .failed(errno) }
        let (bytes, overflows) = UInt64(figures.f_bavail).multipliedReportingOverflow(by: UInt64(figures.f_frsize))
        return .free(overflows ? .max : bytes, isReadOnly: figures.f_flag & UInt(ST_RDONLY) != 0)
    }

    private struct Question {
        let began = Duration.monotonic
        var asking: [CheckedContinuation<FileSystemAnswer, Never>] = []
    }

    private let ask: @Sendable (String) -> FileSystemAnswer
    private let questions = Mutex<[String: Question]>([:])

    /// `ask` blocks as long as the file system does.
    init(_ ask: @escaping @Sendable (String) -> FileSystemAnswer) {
        self.ask = ask
    }

    /// Who asks of the same directory meanwhile gets the same answer.
    func look(at directory: String, within limit: Duration) async -> FileSystemAnswer {
        // Silence is right: that is the answer of what does not come in time.
        let answer = try? await Deadline.run(within: limit, "statvfs") {
            await withCheckedContinuation { self.wait(for: directory, within: limit, $0) }
        }
        return answer ?? .silent
    }

    private func wait(
        for directory: String, within limit: Duration, _ continuation: CheckedContinuation<FileSystemAnswer, Never>
    ) {
        let isFirst = questions.withLock { questions -> Bool? in
            var question = questions[directory] ?? Question()
            guard question.began + limit > .monotonic, questions.count < Self.limit || !question.asking.isEmpty else {
                return nil
            }
            question.asking.append(continuation)
            questions[directory] = question
            return question.asking.count == 1
        }
        guard let isFirst else { return continuation.resume(returning: .silent) }
        guard isFirst else { return }
        DispatchQueue(label: "virtwarden.filesystem").async { [self] in
            let answer = ask(directory)
            let asking = questions.withLock { $0.removeValue(forKey: directory)?.asking ?? [] }
            for continuation in asking { continuation.resume(returning: answer) }
        }
    }
}
