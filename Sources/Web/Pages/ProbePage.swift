// SPDX-License-Identifier: Apache-2.0

/// `/probe?target=NAME`: the metrics of one configured connection, for Prometheus's multi-target pattern. A target is a
/// name of the configuration and nothing else: a libvirt URI can name commands and sockets.
struct ProbePage: Page {
    let path = "/probe"
    let summary: String? = nil
    private let answer = MetricsAnswer()

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        let targets = request.values("target")
        guard let target = targets.first, targets.count == 1, !target.isEmpty else {
            return .text(400, "Name one configured connection, as /probe?target=NAME.")
        }
        return await answer.respond(to: request, connection: target, from: site)
    }
}
