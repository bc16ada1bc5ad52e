// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `/api/v1/remediation/history`: the newest steps. Parameters, each at most once: `host`, `name`, `limit`.
struct RemediationHistoryPage: Page {
    let path = "/api/v1/remediation/history"
    let summary: String? = "the newest steps of repairs, as JSON"

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await request.remediation { query in .data(await site.remediationHistory(query)) }
    }
}
