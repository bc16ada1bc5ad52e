// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// `/metrics`: the newest snapshot; `collect[]=NAME`, which may be repeated, asks for single collectors.
struct MetricsPage: Page {
    let path = "/metrics"
    let summary: String? = "metrics, in Prometheus's text format"
    private let answer = MetricsAnswer()

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await answer.respond(to: request, connection: nil, from: site)
    }
}

/// A page of metrics; compressed, when the client can read that, once for each snapshot.
final class MetricsAnswer: Sendable {
    private let compressed = Mutex<(generation: UInt64, bytes: [UInt8])?>(nil)

    func respond(to request: PageRequest, connection: String?, from site: any Site) async -> PageResponse {
        let text: MetricsText
        do throws(MetricsRefusal) {
            text = try await site.metrics(
                MetricsRequest(
                    connection: connection, collectors: request.values("collect[]"), client: request.client))
        } catch {
            return .text(400, error.sentence)
        }
        var headers = [
            ("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), ("X-Content-Type-Options", "nosniff"),
            ("Vary", "Accept-Encoding"),
        ]
        guard request.acceptsGzip, let small = gzip(text) else {
            return PageResponse(headers: headers, body: text.bytes)
        }
        headers.append(("Content-Encoding", "gzip"))
        return PageResponse(headers: headers, body: small)
    }

    private func gzip(_ text: MetricsText) -> [UInt8]? {
        let kept = compressed.withLock { $0?.generation == text.generation ? $0?.bytes : nil }
        if let kept { return kept }
        // Two clients at once may both compress: that costs less than one waiting for the other.
        guard let bytes = Gzip.compress(text.bytes) else { return nil }
        compressed.withLock { $0 = (text.generation, bytes) }
        return bytes
    }
}
