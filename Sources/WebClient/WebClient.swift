// SPDX-License-Identifier: Apache-2.0
import CCurl
import Queues

/// An HTTP client on libcurl, one request at a time, which keeps its connections open from one to the next.
///
/// It runs on a queue of its own, as `curl_easy_perform` blocks: clients do not wait for each other. It follows no
/// redirect, and uses the proxy that the environment (`http_proxy`, `no_proxy`) names.
public actor WebClient {
    private nonisolated let executor = QueueExecutor(label: "web client")
    private let handle = EasyHandle()
    private let userAgent: String

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    public init(userAgent: String = "virtwarden") {
        self.userAgent = userAgent
    }

    /// Sends `request` and returns the answer, whatever its status. Cancelling the task ends it within a second.
    public func send(_ request: WebRequest) async throws(WebClientError) -> WebResponse {
        let transfer = Transfer(bodyLimit: request.bodyLimit)
        let result = await withTaskCancellationHandler {
            Result { () throws(WebClientError) in try perform(request, transfer) }
        } onCancel: {
            transfer.cancel()
        }
        return try result.get()
    }

    private func perform(_ request: WebRequest, _ transfer: Transfer) throws(WebClientError) -> WebResponse {
        let address: Address
        do {
            address = try Address(request.url)
        } catch {
            throw WebClientError(.badURL, method: request.method, address: "the URL given", reason: error.reason)
        }
        let headers: [String]
        do {
            headers = try HeaderLines.lines(of: request, userAgent: userAgent)
        } catch {
            throw WebClientError(.other, method: "send", address: address.shown, reason: error.reason)
        }
        func failure(_ kind: WebClientError.Kind, _ code: CURLcode, _ reason: String) -> WebClientError {
            WebClientError(kind, code: code, method: request.method, address: address.shown, reason: reason)
        }
        guard !transfer.isCancelled else { throw failure(.cancelled, CURLE_OK, "the request was cancelled") }
        let code = run(request, to: address, headers: headers, transfer)
        let received = transfer.result
        if code == CURLE_OK || (received.isBodyTooLong && request.cutsLongBody) {
            return response(received)
        }
        if received.isBodyTooLong { throw failure(.tooLarge, code, "the answer is over \(request.bodyLimit) bytes") }
        if received.isHeaderTooLong { throw failure(.tooLarge, code, "the answer's header is too long") }
        let kind = WebClientError.kind(of: code)
        throw failure(kind, code, kind == .cancelled ? "the request was cancelled" : handle.reason(for: code))
    }

    /// Sets the options and runs the transfer; `transfer` and the body outlive the call that uses their addresses.
    private func run(
        _ request: WebRequest, to address: Address, headers: [String], _ transfer: Transfer
    ) -> CURLcode {
        withExtendedLifetime(transfer) {
            request.body.withUnsafeBufferPointer { body in
                let code = handle.prepare(request, to: address, body, transfer)
                return code == CURLE_OK ? handle.perform(headers: headers) : code
            }
        }
    }

    private func response(_ received: Transfer.Received) -> WebResponse {
        let seconds = handle.retryAfterSeconds
        return WebResponse(
            status: handle.status, body: received.body, retryAfter: seconds > 0 ? .seconds(seconds) : nil)
    }
}
