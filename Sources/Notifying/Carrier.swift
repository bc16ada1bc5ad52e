// SPDX-License-Identifier: Apache-2.0
public import WebClient

/// Carries one receiver's parcels, one at a time, and says what became of each.
///
/// It keeps its own client, with its connections, and its own queue for programs: carriers do not wait for each other.
public struct Carrier: Sendable {
    private let client: WebClient
    private let programs = ProgramRunner()
    private let log: @Sendable (String) -> Void
    private let heard: (@Sendable (WebResponse) -> Void)?

    /// `log` takes the lines of the channel `log`, `heard` each answer.
    public init(
        client: WebClient = WebClient(), log: @escaping @Sendable (String) -> Void,
        heard: (@Sendable (WebResponse) -> Void)? = nil
    ) {
        self.client = client
        self.log = log
        self.heard = heard
    }

    public func carry(_ parcel: Parcel, of channel: any Channel) async -> Verdict {
        switch parcel {
        case .request(let request):
            do throws(WebClientError) {
                let response = try await client.send(request)
                heard?(response)
                return channel.verdict(on: response)
            } catch {
                return error.kind == .badURL
                    ? .refused(reason: error.description) : .again(reason: error.description, retryAfter: nil)
            }
        case .program(let run): return await programs.run(run)
        case .line(let text):
            log(text)
            return .told
        }
    }

    /// Tells `message` whole; the first parcel that is not told decides.
    public func tell(_ message: Message, by channel: any Channel) async -> Verdict {
        let parcels: [Parcel]
        do throws(ChannelError) {
            parcels = try channel.parcels(for: message)
        } catch {
            return error.isFinal
                ? .refused(reason: error.description) : .again(reason: error.description, retryAfter: nil)
        }
        for parcel in parcels {
            let verdict = await carry(parcel, of: channel)
            guard verdict == .told else { return verdict }
        }
        return .told
    }
}
