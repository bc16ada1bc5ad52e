// SPDX-License-Identifier: Apache-2.0

/// `/api/v1/series`: which series there are. Parameters: `match[]`, which may be repeated, `start`, `end`, `limit`.
struct SeriesPage: Page {
    let path = "/api/v1/series"
    let summary: String? = nil
    let takesForm = true

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await .prometheus { () throws(QueryRefusal) in
            try await site.series(try request.seriesRequest(.series, needsSelector: true))
        }
    }
}
