// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Remediation
import Synchronization

/// Asks something of paths on this machine. One whose file system hangs, as NFS may, holds one thread and nobody else.
final class PathQuestions<Answer: Sendable>: Sendable {
    /// The most questions that may be under way.
    let limit = 16

    private struct Question {
        let began = Duration.monotonic
        var asking: [CheckedContinuation<Answer?, Never>] = []
    }

    private let ask: @Sendable (String) -> Answer
    private let questions = Mutex<[String: Question]>([:])

    /// `ask` blocks as long as the file system does.
    init(_ ask: @escaping @Sendable (String) -> Answer) {
        self.ask = ask
    }

    /// nil when nothing comes in that time. Who asks of the same path meanwhile gets the same answer.
    func look(at path: String, within patience: Duration) async -> Answer? {
        // Silence is right: nil is the answer of what does not come in time.
        let answer = try? await Deadline.run(within: patience, "a look at a path") {
            await withCheckedContinuation { self.wait(for: path, within: patience, $0) }
        }
        return answer ?? nil
    }

    private func wait(
        for path: String, within patience: Duration, _ continuation: CheckedContinuation<Answer?, Never>
    ) {
        let isFirst = questions.withLock { questions -> Bool? in
            var question = questions[path] ?? Question()
            guard question.began + patience > .monotonic, questions.count < limit || !question.asking.isEmpty else {
                return nil
            }
            question.asking.append(continuation)
            questions[path] = question
            return question.asking.count == 1
        }
        guard let isFirst else { return continuation.resume(returning: nil) }
        guard isFirst else { return }
        DispatchQueue(label: "virtwarden.paths").async { [self] in
            let answer = ask(path)
            let asking = questions.withLock { $0.removeValue(forKey: path)?.asking ?? [] }
            for continuation in asking { continuation.resume(returning: answer) }
        }
    }
}
