// SPDX-License-Identifier: Apache-2.0
import PrometheusAPI
import Vocabulary

/// `/api/v1/remediation/release`: POST lifts a domain's quarantine.
struct RemediationReleasePage: Page {
    let path = "/api/v1/remediation/release"
    let summary: String? = nil
    let changes = ["POST"]

    func refusal(_ sentence: String) -> PageResponse { .forbidden(sentence) }

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await request.remediationOrder(.release, of: site)
    }
}

extension PageRequest {
    /// Carries out what the body orders.
    func remediationOrder(_ kind: RemediationOrder.Kind, of site: any Site) async -> PageResponse {
        guard method == "POST" else { return .badData("ask with POST, and a body of JSON") }
        do throws(ChangeRefusal) {
            guard let order = json(RemediationOrder.self) else {
                throw ChangeRefusal(.invalid, "the body is no order; it has domain or all, host, author and comment")
            }
            return .data(try await site.remediation(kind, order))
        } catch {
            return .refused(error)
        }
    }
}

extension PageResponse {
    /// A change is not let pass.
    static func forbidden(_ sentence: String) -> PageResponse {
        .json(403, PrometheusJSON.failure(.badData, sentence))
    }
}
