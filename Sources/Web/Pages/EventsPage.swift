// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `/api/v1/events`: the event log. Parameters, each at most once: `after` (an entry's number), `limit`, `host`, `name`,
/// `kind`.
struct EventsPage: Page {
    let path = "/api/v1/events"
    let summary: String? = "the newest events, as JSON"

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        var query = EventQuery()
        for parameter in request.query {
            switch parameter.name {
            case "after":
                guard let number = UInt64(parameter.value) else { return .badData("after: expected an entry's number") }
                query.after = number
            case "limit":
                guard let limit = Int(parameter.value), EventQuery.limits.contains(limit) else {
                    return .badData("limit: expected a number from 1 to \(EventQuery.limits.upperBound)")
                }
                query.limit = limit
            case "host": query.host = parameter.value
            case "name": query.name = parameter.value
            case "kind": query.kind = parameter.value
            default:
                return .badData("there is no such parameter; there are after, limit, host, name and kind")
            }
        }
        return .data(await site.events(query))
    }
}
