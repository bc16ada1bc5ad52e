// SPDX-License-Identifier: Apache-2.0

/// `/api/v1/query`: one expression at one instant. Parameters: `query`, `time`, `timeout`, `limit`.
struct QueryPage: Page {
    let path = "/api/v1/query"
    let summary: String? = nil
    let takesForm = true

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        await .prometheus { () throws(QueryRefusal) in
            try await site.answer(try request.instantQuery(as: await site.dialect()))
        }
    }
}
