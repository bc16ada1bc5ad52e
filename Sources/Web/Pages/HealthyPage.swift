// SPDX-License-Identifier: Apache-2.0

/// `/-/healthy`: the process answers.
struct HealthyPage: Page {
    let path = "/-/healthy"
    let summary: String? = "the agent answers"

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        .text(200, "virtwarden is healthy.")
    }
}
