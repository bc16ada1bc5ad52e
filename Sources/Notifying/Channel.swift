// SPDX-License-Identifier: Apache-2.0
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
}

/// One step of telling a receiver.
public enum Parcel: Sendable {
    case request(WebRequest)
}

/// What became of a parcel.
public enum Verdict: Hashable, Sendable {
    case told
    /// The same may work later; not before `retryAfter`, where the receiver asks for that.
    case again(reason: String, retryAfter: Duration?)
    /// It will never be taken.
    case refused(reason: String)
}

/// As HTTP has it: 2xx is told, 408, 429 and 5xx may work later, all else never does.
enum HTTPVerdict {
    static func verdict(on response: WebResponse) -> Verdict {
        switch response.status {
        case 200..<300: .told
        case 408, 429, 500...: .again(reason: "it answered \(response.status)", retryAfter: response.retryAfter)
        default: .refused(reason: "it answered \(response.status)")
        }
    }
}

extension Channel {
    public func verdict(on response: WebResponse) -> Verdict { HTTPVerdict.verdict(on: response) }
}

/// Why a channel cannot make what carries a message now.
public struct ChannelError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
