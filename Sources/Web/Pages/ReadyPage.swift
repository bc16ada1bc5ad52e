// SPDX-License-Identifier: Apache-2.0

/// `/-/ready`: every configured host has been reached, or 503 and which has not.
struct ReadyPage: Page {
    let path = "/-/ready"
    let summary: String? = "every host has been reached"

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        if let reason = await site.reasonNotReady() { return .text(503, reason) }
        return .text(200, "virtwarden is ready.")
    }
}
