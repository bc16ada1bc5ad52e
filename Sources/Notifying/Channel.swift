// SPDX-License-Identifier: Apache-2.0
public import Alerting
public import Programs
public import WebClient

/// A way to reach people: turns a message into what carries it. It sends nothing itself.
public protocol Channel: Sendable {
    /// The key under which a receiver's settings name it.
    static var key: String { get }
    /// What carries `message`, in this order; all of it again when one part fails. Throws when what it needs, as a file
    /// with a secret, is not there.
    func parcels(for message: Message) throws(ChannelError) -> [Parcel]
    /// What an answer to one of its requests means.
    func verdict(on response: WebResponse) -> Verdict
    /// The templates of its settings, by key, for whoever checks them.
    var templates: [(key: String, template: MessageTemplate)] { get }
}

/// One step of telling a receiver.
public enum Parcel: Sendable {
    case request(WebRequest)
    /// A program that is run.
    case program(ProgramRun)
    /// A line in the agent's own log.
    case line(String)
}

/// What became of a parcel.
public enum Verdict: Hashable, Sendable {
    case told
    /// The same may work later; not before `retryAfter`, where the receiver asks for that.
    case again(reason: String, retryAfter: Duration?)
    /// It will never be taken.
    case refused(reason: String)
}

extension Channel {
    public var templates: [(key: String, template: MessageTemplate)] { [] }

    /// As HTTP has it: 2xx is told, 408, 429 and 5xx may work later, all else never does.
    public func verdict(on response: WebResponse) -> Verdict {
        switch response.status {
        case 200..<300: .told
        case 408, 429, 500...: .again(reason: "it answered \(response.status)", retryAfter: response.retryAfter)
        case 300..<400: .refused(reason: "it answered \(response.status), and redirects are not followed")
        default: .refused(reason: "it answered \(response.status)")
        }
    }
}

/// Why a channel cannot make what carries a message now.
public struct ChannelError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    /// Whether the same message can never be made; otherwise it may work later.
    public let isFinal: Bool

    public init(_ description: String, isFinal: Bool = false) {
        self.description = description
        self.isFinal = isFinal
    }
}
