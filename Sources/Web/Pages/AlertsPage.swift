// SPDX-License-Identifier: Apache-2.0
import PrometheusAPI
import Vocabulary

/// `/api/v1/alerts`: the alerts that are pending or firing.
struct AlertsPage: Page {
    let path = "/api/v1/alerts"
    let summary: String? = "the alerts there are, as JSON"

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        .json(200, PrometheusJSON.alerts(await site.ruleGroups().flatMap(\.rules).flatMap(\.alerts)))
    }
}
