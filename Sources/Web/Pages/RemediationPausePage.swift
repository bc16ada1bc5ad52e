// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `/api/v1/remediation/pause`: POST holds every step, of one domain or of all; GET shows what is paused.
struct RemediationPausePage: Page {
    let path = "/api/v1/remediation/pause"
    let summary: String? = nil
    let changes = ["POST"]

    func refusal(_ sentence: String) -> PageResponse { .forbidden(sentence) }

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        guard request.method == "POST" else {
            return .data(await site.remediation(RemediationQuery()).pauses)
        }
        return await request.remediationOrder(.pause, of: site)
    }
}
