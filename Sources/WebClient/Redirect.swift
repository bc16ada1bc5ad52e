// SPDX-License-Identifier: Apache-2.0

/// Where an answer sends the client, when it may go there.
///
/// Only 307 and 308 carry a body on; the others would make a POST into a GET, and what was sent would be lost though the
/// answer may be good: such an answer is handed to the caller as it is.
enum Redirect {
    static let most = 5

    /// What becomes of a redirect.
    enum Step {
        /// The answer stands.
        case none
        case follow(WebRequest)
        /// It may not be followed.
        case refuse(String)
    }

    /// `target` is the whole URL that libcurl made of the `Location`; `count` redirects have been followed.
    static func step(
        after request: WebRequest, at address: Address, status: Int, target: String?, count: Int
    ) -> Step {
        guard request.settings.followsRedirects, let target else { return .none }
        let isSafe = request.method == "GET" || request.method == "HEAD"
        guard status == 307 || status == 308 || (isSafe && [301, 302, 303].contains(status)) else { return .none }
        guard count < most else { return .refuse("it redirects more than \(most) times") }
        let next: Address
        do {
            next = try Address(target)
        } catch {
            return .refuse("it redirects to what is no usable URL: \(error.reason)")
        }
        guard address.scheme == "http" || next.scheme == "https" else {
            return .refuse("it redirects from https to http, which would send it unencrypted")
        }
        var following = request
        following.url = next.url
        if next.origin != address.origin { following.strip() }
        return .follow(following)
    }
}

extension WebRequest {
    /// Takes away what is meant for one server alone: credentials, certificate, name, and headers, which may hold keys.
    fileprivate mutating func strip() {
        credentials = nil
        settings.authorization = nil
        settings.tls.certificateFile = nil
        settings.tls.keyFile = nil
        settings.tls.serverName = nil
        headers.removeAll { $0.0.lowercased() != "content-type" }
    }
}
