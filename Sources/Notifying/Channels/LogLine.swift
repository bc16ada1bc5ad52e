// SPDX-License-Identifier: Apache-2.0
public import Alerting

/// The agent's own log, for journals that are read elsewhere: a line for each message.
public struct LogLine: Channel {
    public static let key = "log"
    static let longest = 4096

    public var text = MessageTexts.line

    public init() {}

    public func parcels(for message: Message, complain: @escaping Complain) -> [Parcel] {
        let text = Rendering(message, complain: complain).text(text, of: "text")
        return [.line(text.onOneLine.cut(to: Self.longest))]
    }
}
