// SPDX-License-Identifier: Apache-2.0
import PrometheusAPI

/// `/api/v1/status/buildinfo`: the program's version, which dashboards ask before they query.
struct BuildInfoPage: Page {
    let path = "/api/v1/status/buildinfo"
    let summary: String? = nil

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        .json(200, PrometheusJSON.words([("version", site.version), ("application", "virtwarden")]))
    }
}
