// SPDX-License-Identifier: Apache-2.0
import CCurl

/// A request that has been checked, with its secrets: what is handed to libcurl.
struct Attempt {
    let request: WebRequest
    let address: Address
    let headers: [String]

    init(_ request: WebRequest, userAgent: String) throws(WebClientError) {
        do throws(Address.Refusal) {
            address = try Address(request.url)
        } catch {
            throw WebClientError(.badURL, method: request.method, address: "the URL given", reason: error.reason)
        }
        var whole = request
        do throws(SecretError) {
            if whole.credentials == nil { whole.credentials = try request.settings.credentials() }
        } catch {
            throw WebClientError(.secret, method: request.method, address: address.shown, reason: error.description)
        }
        let isRenamed = address.route(for: request.settings.tls.serverName) != nil
        if isRenamed, !whole.headers.contains(where: { $0.0.lowercased() == "host" }) {
            whole.headers.append(("Host", address.hostHeader))
        }
        do throws(HeaderLines.Refusal) {
            headers = try HeaderLines.lines(of: whole, userAgent: userAgent)
        } catch {
            throw WebClientError(.other, method: "send", address: address.shown, reason: error.reason)
        }
        self.request = whole
    }

    /// Where libcurl looks for the server, when it must have another name than the URL's.
    var route: String? { address.route(for: request.settings.tls.serverName) }

    func failure(_ kind: WebClientError.Kind, _ code: CURLcode, _ reason: String) -> WebClientError {
        WebClientError(kind, code: code, method: request.method, address: address.shown, reason: reason)
    }
}

extension Address {
    /// As the `Host` header has it: without the scheme's own port.
    fileprivate var hostHeader: String {
        port == (scheme == "https" ? "443" : "80") ? host : "\(host):\(port)"
    }
}
