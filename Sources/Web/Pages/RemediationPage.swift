// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `/api/v1/remediation`: how repair stands with each domain. Parameters, each at most once: `host`, `name` (a domain's
/// name or UUID).
struct RemediationPage: Page {
    let path = "/api/v1/remediation"
    let summary: String? = "how repair stands with each domain, as JSON"

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await request.remediation { query in .data(await site.remediation(query)) }
    }
}
