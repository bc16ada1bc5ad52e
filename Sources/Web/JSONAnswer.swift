// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// Answers in the envelope of Prometheus's HTTP API: `status`, then `data`, or `errorType` and `error`.
extension PageResponse {
    private struct Success<Data: Encodable>: Encodable {
        let status = "success"
        let data: Data
    }

    private struct Failure: Encodable {
        let status = "error"
        let errorType: String
        let error: String
    }

    static func data(_ data: some Encodable) -> PageResponse {
        json(200, Success(data: data))
    }

    /// The request is wrong; `sentence` says how.
    static func badData(_ sentence: String) -> PageResponse {
        json(400, Failure(errorType: "bad_data", error: sentence))
    }

    private static func json(_ status: Int, _ value: some Encodable) -> PageResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(value) else {
            // Only a number that JSON has no text for could do this, and none is encoded as one.
            return .text(500, "The answer could not be written as JSON.")
        }
        return PageResponse(
            status: status,
            headers: [
                ("Content-Type", "application/json"), ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ], body: Array(body))
    }
}
