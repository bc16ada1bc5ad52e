// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `/api/v1/maintenance`: the maintenances; POST makes or changes one.
struct MaintenancesPage: Page {
    let path = "/api/v1/maintenance"
    let summary: String? = "the domains under maintenance, as JSON"
    let changes = ["POST"]

    func refusal(_ sentence: String) -> PageResponse { .forbidden(sentence) }

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        guard request.method == "POST" else {
            return .data(await site.silences.silences().compactMap { MaintenanceRecord($0, at: site.silences.now) })
        }
        do throws(ChangeRefusal) {
            guard let record = request.json(MaintenanceRecord.self) else {
                throw ChangeRefusal(
                    .invalid,
                    "the body is no maintenance; it has domains or all, duration or endsAt, author and comment")
            }
            return .data(try await site.silences.put(try record.draft(at: site.silences.now)))
        } catch {
            return .refused(error)
        }
    }
}
