// SPDX-License-Identifier: Apache-2.0
import PrometheusAPI
import Vocabulary

/// `/api/v1/remediation/explain`: why what was done about one domain was done, or was not. Parameters, each at most once:
/// `name` (a domain's name or UUID), `host`, `limit`.
struct RemediationExplainPage: Page {
    let path = "/api/v1/remediation/explain"
    let summary: String? = "why a domain was repaired or left alone, as JSON (?name=NAME)"

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await request.remediation { query in
            guard query.domain != nil else { return .badData("name: is missing; give a domain's name or UUID") }
            guard let explanation = await site.remediationExplanation(query) else {
                return .badData("name: nothing has happened to a domain of this name since the journal began")
            }
            return .data(explanation)
        }
    }
}

extension PageRequest {
    /// The answer to a query about remediation, or what is wrong with the query.
    func remediation(_ answer: (RemediationQuery) async -> PageResponse) async -> PageResponse {
        var asked = RemediationQuery()
        for parameter in query {
            switch parameter.name {
            case "host": asked.host = parameter.value
            case "name": asked.domain = parameter.value
            case "limit":
                guard let limit = Int(parameter.value), RemediationQuery.limits.contains(limit) else {
                    return .badData("limit: expected a number from 1 to \(RemediationQuery.limits.upperBound)")
                }
                asked.limit = limit
            default: return .badData("there is no such parameter; there are host, name and limit")
            }
        }
        return await answer(asked)
    }
}
