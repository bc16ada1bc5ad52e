// SPDX-License-Identifier: Apache-2.0
import Alerting

/// Any other interface over HTTP: method, headers, content type and body are free.
public struct HTTPRequest: Channel {
    public static let key = "http"

    public enum Method: String, CaseIterable, Sendable {
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case get = "GET"
        case delete = "DELETE"
    }

    public var target: WebTarget
    public var method: Method
    public var body: CustomBody

    public init(_ target: WebTarget, method: Method = .post, body: CustomBody) {
        self.target = target
        self.method = method
        self.body = body
    }

    public var destination: WebTarget? { target }

    public func parcels(for message: Message, complain: @escaping Complain) throws(ChannelError) -> [Parcel] {
        // GET and DELETE say all in the URL.
        let hasNone = body.template.text.isEmpty
        let bytes = hasNone ? [] : body.bytes(for: message, complain: complain)
        return [.request(try target.request(bytes, as: body.contentType, method: method.rawValue))]
    }
}
