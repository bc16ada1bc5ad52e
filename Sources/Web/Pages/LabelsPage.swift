// SPDX-License-Identifier: Apache-2.0

/// `/api/v1/labels`: the names of labels. Parameters: `match[]`, `start`, `end`, `limit`.
struct LabelsPage: Page {
    let path = "/api/v1/labels"
    let summary: String? = nil
    let takesForm = true

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await .prometheus { () throws(QueryRefusal) in
            try await site.series(try request.seriesRequest(.names, needsSelector: false))
        }
    }
}
