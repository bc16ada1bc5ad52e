// SPDX-License-Identifier: Apache-2.0
import Programs
import Synchronization
public import WebClient

/// Carries one receiver's parcels, one at a time, and says what became of each.
///
/// It keeps its own client, with its connections: carriers do not wait for each other.
public struct Carrier: Sendable {
    private let client: WebClient
    private let log: @Sendable (String) -> Void
    private let heard: (@Sendable (WebResponse) -> Void)?
    private let memory = Memory()

    /// `log` takes the lines of the channel `log`, `heard` each answer.
    public init(
        client: WebClient = WebClient(), log: @escaping @Sendable (String) -> Void,
        heard: (@Sendable (WebResponse) -> Void)? = nil
    ) {
        self.client = client
        self.log = log
        self.heard = heard
    }

    /// What became of `parcel`, and, of a request that failed, the kind of reason.
    private func carry(_ parcel: Parcel, of channel: any Channel) async -> (Verdict, FailureReason?) {
        switch parcel {
        case .request(let request):
            do throws(WebClientError) {
                let response = try await client.send(request)
                heard?(response)
                return (channel.verdict(on: response), FailureReason(status: response.status))
            } catch {
                let verdict: Verdict =
                    error.kind == .badURL
                    ? .refused(reason: error.description) : .again(reason: error.description, retryAfter: nil)
                return (verdict, FailureReason(error))
            }
        case .program(let run): return (Verdict(await run.report()), nil)
        case .line(let text):
            log(text)
            return (.told, nil)
        }
    }

    /// Tells `message` whole; the first parcel that is not told decides. When the message is told again, the parcels
    /// that were told already, byte for byte, are passed over: else a receiver that takes only so many at once would
    /// never take the last.
    public func tell(_ message: Message, by channel: any Channel) async -> (verdict: Verdict, reason: FailureReason?) {
        let parcels: [Parcel]
        do throws(ChannelError) {
            parcels = try channel.parcels(for: message)
        } catch {
            let verdict: Verdict =
                error.isFinal
                ? .refused(reason: error.description) : .again(reason: error.description, retryAfter: nil)
            return (verdict, .settings)
        }
        for parcel in parcels where !memory.holds(parcel) {
            let (verdict, reason) = await carry(parcel, of: channel)
            guard verdict == .told else { return (verdict, reason) }
            if parcels.count > 1 { memory.note(parcel) }
        }
        memory.forget(parcels)
        return (.told, nil)
    }

    /// The requests of messages that were told in part.
    private final class Memory: Sendable {
        private static let most = 10_000
        private let told = Mutex<Set<Int>>([])

        func holds(_ parcel: Parcel) -> Bool {
            guard let key = Self.key(parcel) else { return false }
            return told.withLock { $0.contains(key) }
        }

        func note(_ parcel: Parcel) {
            guard let key = Self.key(parcel) else { return }
            told.withLock { told in
                // To be told twice is better than to be remembered without end.
                if told.count >= Self.most { told = [] }
                told.insert(key)
            }
        }

        func forget(_ parcels: [Parcel]) {
            told.withLock { told in
                guard !told.isEmpty else { return }
                for parcel in parcels { if let key = Self.key(parcel) { told.remove(key) } }
            }
        }

        /// A hash of what is sent and where, keyed at random for each process; bodies are too large to be kept.
        private static func key(_ parcel: Parcel) -> Int? {
            guard case .request(let request) = parcel else { return nil }
            var hasher = Hasher()
            hasher.combine(request.url)
            hasher.combine(request.body)
            return hasher.finalize()
        }
    }
}
