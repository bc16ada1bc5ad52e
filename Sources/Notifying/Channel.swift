// SPDX-License-Identifier: Apache-2.0
public import WebClient

/// A way to reach people: turns a message into the request that carries it. It sends nothing itself.
public protocol Channel: Sendable {
    /// The key under which a receiver's settings name it.
    static var key: String { get }
    /// The request for `message`; throws when what it needs, as a file with a secret, is not there.
    func request(for message: Message) throws(ChannelError) -> WebRequest
}

/// Why a channel cannot make its request now.
public struct ChannelError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
