// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import PrometheusAPI
import Vocabulary

/// Answers in the envelope of Prometheus's HTTP API: `status`, then `data`, or `errorType` and `error`.
extension PageResponse {
    private struct Success<Data: Encodable>: Encodable {
        let status = "success"
        let data: Data
    }

    static func data(_ data: some Encodable) -> PageResponse {
        encoded(200, Success(data: data))
    }

    /// The request is wrong; `sentence` says how.
    static func badData(_ sentence: String) -> PageResponse {
        json(400, PrometheusJSON.failure(.badData, sentence))
    }

    /// What `answer` gives, or why there is none, with the API's status for it.
    static func prometheus(_ answer: () async throws(QueryRefusal) -> [UInt8]) async -> PageResponse {
        do throws(QueryRefusal) {
            return json(200, try await answer())
        } catch {
            let status =
                switch error.kind {
                case .badData: 400
                case .execution: 422
                case .timeout, .unavailable: 503
                }
            return json(status, PrometheusJSON.failure(error.kind, error.sentence))
        }
    }

    /// Without an envelope, as Alertmanager's API answers.
    static func bareJSON(_ status: Int, _ value: some Encodable) -> PageResponse {
        encoded(status, value)
    }

    /// Alertmanager's API says what is wrong as one text of JSON.
    static func alertmanager(_ status: Int, _ sentence: String) -> PageResponse {
        encoded(status, sentence)
    }

    static func alertmanager(_ refusal: ChangeRefusal) -> PageResponse {
        encoded(refusal.status, refusal.description)
    }

    static func refused(_ refusal: ChangeRefusal) -> PageResponse {
        let kind: PrometheusJSON.FailureKind = refusal.kind == .unavailable ? .unavailable : .badData
        return json(refusal.status, PrometheusJSON.failure(kind, refusal.description))
    }

    private static func encoded(_ status: Int, _ value: some Encodable) -> PageResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(value) else {
            // Only a number that JSON has no text for could do this, and none is encoded as one.
            return .text(500, "The answer could not be written as JSON.")
        }
        return json(status, Array(body))
    }

    /// JSON that is written already.
    static func json(_ status: Int, _ body: [UInt8]) -> PageResponse {
        PageResponse(
            status: status,
            headers: [
                ("Content-Type", "application/json"), ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ], body: body)
    }
}

extension ChangeRefusal {
    fileprivate var status: Int {
        switch kind {
        case .invalid: 400
        case .unknown: 404
        case .unavailable: 503
        }
    }
}

extension PageRequest {
    /// The body, read as JSON; nil when it is none, or another one.
    func json<Value: Decodable>(_ type: Value.Type) -> Value? {
        // What is wrong with it, the page says better.
        try? JSONDecoder().decode(type, from: Data(body))
    }
}
