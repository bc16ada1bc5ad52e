// SPDX-License-Identifier: Apache-2.0

/// `/api/v1/query_range`: one expression at each step. Parameters: `query`, `start`, `end`, `step`, `timeout`, `limit`.
struct QueryRangePage: Page {
    let path = "/api/v1/query_range"
    let summary: String? = nil
    let takesForm = true

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await .prometheus { () throws(QueryRefusal) in
            try await site.answer(try request.rangeQuery(as: await site.dialect()))
        }
    }
}
