// SPDX-License-Identifier: Apache-2.0
import Programs
import Queues
public import WebClient

/// Carries one receiver's parcels, one at a time, and says what became of each.
///
/// Its own queue: a channel may read a file that is far away, and whose disk hangs. Its own client, with its connections,
/// too: carriers do not wait for each other, and nobody but its desk's worker waits for one.
public actor Carrier {
    private nonisolated let executor = QueueExecutor(label: "virtwarden.carrier")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private static let mostKept = 10_000
    /// So many refusals, and nothing taken before them, are not for what is in a parcel.
    private static let refusals = 3
    private let client: WebClient
    private let log: @Sendable (String) -> Void
    private let heard: (@Sendable (WebResponse) -> Void)?
    /// What became of the requests of messages that were told in part, by a hash of what was sent and where, keyed at
    /// random for each process; bodies are too large to be kept.
    private var settled: [Int: Answer] = [:]

    private struct Answer {
        let verdict: Verdict
        let reason: FailureReason?
    }

    /// What became of a message.
    public struct Outcome: Sendable {
        public let verdict: Verdict
        /// Of one that was not told.
        public let reason: FailureReason?
        /// What was found to be wrong with templates, by their keys.
        public let complaints: [String: String]
    }

    /// `log` takes the lines of the channel `log`, `heard` each answer.
    public init(
        client: WebClient = WebClient(), log: @escaping @Sendable (String) -> Void,
        heard: (@Sendable (WebResponse) -> Void)? = nil
    ) {
        self.client = client
        self.log = log
        self.heard = heard
    }

    /// Tells `message` whole. The first parcel that may be taken later ends the attempt; when the message is told again,
    /// those that are settled, byte for byte, are passed over: else a receiver that takes only so many at once would never
    /// take the last. One that is refused for good does not keep the others from being carried.
    public func tell(_ message: Message, by channel: any Channel) async -> Outcome {
        var complaints: [String: String] = [:]
        let parcels: [Parcel]
        do throws(ChannelError) {
            parcels = try channel.parcels(for: message) { key, sentence in
                complaints[key] = complaints[key] ?? sentence
            }
        } catch {
            return Outcome(
                verdict: .again(reason: error.description, retryAfter: nil), reason: .settings, complaints: complaints)
        }
        let answer = await carry(parcels, of: channel)
        return Outcome(verdict: answer.verdict, reason: answer.reason, complaints: complaints)
    }

    private func verdict(on run: ProgramRun) async -> Verdict {
        guard run.input.count <= ProgramRun.inputLimit else {
            return .tooMuch(reason: "the message has \(run.input.count) bytes, too many for a program's input")
        }
        return Verdict(await run.report())
    }

    private func carry(_ parcels: [Parcel], of channel: any Channel) async -> Answer {
        var refused: [Answer] = []
        var isTaken = false
        for parcel in parcels where isTaken || refused.count < Self.refusals {
            let answer: Answer
            if let known = settled[parcel.hash] { answer = known } else { answer = await carry(parcel, of: channel) }
            switch answer.verdict {
            case .again, .tooMuch: return answer
            case .refused: refused.append(answer)
            case .told: isTaken = true
            }
            if parcels.count > 1 { keep(answer, of: parcel) }
        }
        if !settled.isEmpty { for parcel in parcels { settled[parcel.hash] = nil } }
        return refused.first ?? Answer(verdict: .told, reason: nil)
    }

    private func carry(_ parcel: Parcel, of channel: any Channel) async -> Answer {
        switch parcel {
        case .request(let request):
            do throws(WebClientError) {
                let response = try await client.send(request)
                heard?(response)
                return Answer(verdict: channel.verdict(on: response), reason: FailureReason(status: response.status))
            } catch {
                let verdict: Verdict =
                    error.kind == .badURL
                    ? .refused(reason: error.description) : .again(reason: error.description, retryAfter: nil)
                return Answer(verdict: verdict, reason: FailureReason(error))
            }
        case .program(let run): return Answer(verdict: await verdict(on: run), reason: nil)
        case .line(let text):
            log(text)
            return Answer(verdict: .told, reason: nil)
        }
    }

    private func keep(_ answer: Answer, of parcel: Parcel) {
        // To be told twice is better than to be remembered without end.
        if settled.count >= Self.mostKept { settled = [:] }
        settled[parcel.hash] = answer
    }
}

extension Parcel {
    fileprivate var hash: Int {
        var hasher = Hasher()
        switch self {
        case .request(let request):
            hasher.combine(request.url)
            hasher.combine(request.body)
        case .program(let run): hasher.combine(run)
        case .line(let text): hasher.combine(text)
        }
        return hasher.finalize()
    }
}
