// SPDX-License-Identifier: Apache-2.0
import CCurl
import Queues

/// An HTTP client on libcurl, one request at a time, which keeps its connections open from one to the next.
///
/// It runs on a queue of its own, as `curl_easy_perform` blocks: clients do not wait for each other.
public actor WebClient {
    private nonisolated let executor = QueueExecutor(label: "web client")
    private var handle = EasyHandle()
    /// What the handle's connections were made with, and the files that it has read.
    private var used: (settings: WebClientSettings, stamp: [Int])?
    private let userAgent: String

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    public init(userAgent: String = "virtwarden") {
        self.userAgent = userAgent
    }

    /// Sends `request` and returns the answer, whatever its status. Cancelling the task ends it within a second.
    public func send(_ request: WebRequest) async throws(WebClientError) -> WebResponse {
        let transfer = Transfer(bodyLimit: request.bodyLimit, refusing: request.settings.refusedTargets)
        let result = await withTaskCancellationHandler {
            Result { () throws(WebClientError) in try perform(request, transfer) }
        } onCancel: {
            transfer.cancel()
        }
        return try result.get()
    }

    /// One request, and those that redirects make of it.
    private func perform(_ request: WebRequest, _ transfer: Transfer) throws(WebClientError) -> WebResponse {
        let end = ContinuousClock.now + request.timeout
        var request = request
        var count = 0
        while true {
            let attempt = try Attempt(request, userAgent: userAgent)
            let response = try perform(attempt, until: end, transfer)
            let step = Redirect.step(
                after: request, at: attempt.address, status: response.status, target: handle.redirectURL, count: count)
            switch step {
            case .none: return response
            case .refuse(let reason): throw attempt.failure(.redirect, CURLE_OK, reason)
            case .follow(let next):
                request = next
                count += 1
            }
        }
    }

    private func perform(
        _ attempt: Attempt, until end: ContinuousClock.Instant, _ transfer: Transfer
    ) throws(WebClientError) -> WebResponse {
        guard !transfer.isCancelled else { throw attempt.failure(.cancelled, CURLE_OK, "the request was cancelled") }
        renewHandle(for: attempt.request.settings)
        transfer.begin()
        let code = run(attempt, within: max(1, Int(ContinuousClock.now.duration(to: end) / .milliseconds(1))), transfer)
        let received = transfer.result
        if code == CURLE_OK || (received.isBodyTooLong && attempt.request.cutsLongBody) {
            return response(received)
        }
        if received.isBodyTooLong {
            throw attempt.failure(.tooLarge, code, "the answer is over \(attempt.request.bodyLimit) bytes")
        }
        if received.isHeaderTooLong { throw attempt.failure(.tooLarge, code, "the answer's header is too long") }
        if let kind = transfer.refusedTarget {
            throw attempt.failure(.refusedTarget, code, "its address is a \(kind.rawValue) one, which is not allowed")
        }
        let kind = WebClientError.kind(of: code)
        throw attempt.failure(kind, code, kind == .cancelled ? "the request was cancelled" : handle.reason(for: code))
    }

    /// A connection that was made with other settings, or other certificates, is not used again.
    private func renewHandle(for settings: WebClientSettings) {
        let stamp = settings.tls.stamp
        if let used, used.settings != settings || used.stamp != stamp { handle = EasyHandle() }
        used = (settings, stamp)
    }

    /// Sets the options and runs the transfer; `transfer` and the body outlive the call that uses their addresses.
    private func run(_ attempt: Attempt, within milliseconds: Int, _ transfer: Transfer) -> CURLcode {
        withExtendedLifetime(transfer) {
            attempt.request.body.withUnsafeBufferPointer { body in
                let code = handle.prepare(attempt.request, to: attempt.address, within: milliseconds, body, transfer)
                return code == CURLE_OK ? handle.perform(headers: attempt.headers, route: attempt.route) : code
            }
        }
    }

    private func response(_ received: Transfer.Received) -> WebResponse {
        let seconds = handle.retryAfterSeconds
        return WebResponse(
            status: handle.status, body: received.body, retryAfter: seconds > 0 ? .seconds(seconds) : nil)
    }
}
