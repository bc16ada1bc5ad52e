// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `/api/v1/maintenance/ID`: one maintenance; DELETE ends it.
struct MaintenancePage: Page {
    let path = "/api/v1/maintenance/"
    let summary: String? = nil
    let changes = ["DELETE"]

    func answers(_ path: String) -> Bool { path.hasPrefix(self.path) }

    func refusal(_ sentence: String) -> PageResponse { .forbidden(sentence) }

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        let id = String(request.path.dropFirst(path.count))
        do throws(ChangeRefusal) {
            if request.method == "DELETE" { try await site.silences.expire(id, isMaintenance: true) }
            let silence = await site.silences.silences().first { $0.id == id }
            guard let record = silence.flatMap({ MaintenanceRecord($0, at: site.silences.now) }) else {
                throw ChangeRefusal(.unknown, "there is no maintenance of this id")
            }
            return .data(record)
        } catch {
            return .refused(error)
        }
    }
}
