// SPDX-License-Identifier: Apache-2.0
public import Programs
public import WebClient

/// A way to reach people: turns a message into what carries it. It sends nothing itself.
public protocol Channel: Sendable {
    /// The key under which a receiver's settings name it.
    static var key: String { get }
    /// What carries `message`, in this order; all of it again when one part fails. Throws when what it needs, as a file
    /// with a secret, is not there; may wait for that file. No label makes it throw: where a template is of no use for
    /// `message`, a plain text takes its place, and `complain` is told.
    func parcels(for message: Message, complain: @escaping Complain) throws(ChannelError) -> [Parcel]
    /// What an answer to one of its requests means.
    func verdict(on response: WebResponse) -> Verdict
    /// Where its requests go; nil for a channel that makes none.
    var destination: WebTarget? { get }
}

/// Is told which template, by its key, is of no use, and why.
public typealias Complain = (_ key: String, _ sentence: String) -> Void

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
    /// It was too much at once: half of it may be taken.
    case tooMuch(reason: String)
    /// It will never be taken.
    case refused(reason: String)
}

extension Channel {
    public var destination: WebTarget? { nil }

    /// As HTTP has it: 2xx is told, 408, 429 and 5xx may work later, 413 is too much at once, all else never works.
    public func verdict(on response: WebResponse) -> Verdict {
        switch response.status {
        case 200..<300: .told
        case 408, 429, 500...: .again(reason: "it answered \(response.status)", retryAfter: response.retryAfter)
        case 413: .tooMuch(reason: "it answered 413")
        case 300..<400: .refused(reason: "it answered \(response.status), and redirects are not followed")
        default: .refused(reason: "it answered \(response.status)")
        }
    }
}

/// Why a channel cannot make what carries a message now; it may work later.
public struct ChannelError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
