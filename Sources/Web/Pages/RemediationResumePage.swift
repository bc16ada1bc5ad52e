// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `/api/v1/remediation/resume`: POST lets paused repairs go on.
struct RemediationResumePage: Page {
    let path = "/api/v1/remediation/resume"
    let summary: String? = nil
    let changes = ["POST"]

    func refusal(_ sentence: String) -> PageResponse { .forbidden(sentence) }

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await request.remediationOrder(.resume, of: site)
    }
}
