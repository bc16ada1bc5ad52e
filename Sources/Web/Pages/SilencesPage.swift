// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `/api/v2/silences`, as Alertmanager has it: the silences, which `filter` may choose from; POST makes or changes one.
struct SilencesPage: Page {
    let path = "/api/v2/silences"
    let summary: String? = "the silences, as Alertmanager's API has them"
    let changes = ["POST"]

    func refusal(_ sentence: String) -> PageResponse { .alertmanager(400, sentence) }

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        do throws(ChangeRefusal) {
            if request.method == "POST" {
                guard let record = request.json(SilenceRecord.self) else {
                    throw ChangeRefusal(
                        .invalid, "the body is no silence; it has matchers, startsAt, endsAt, createdBy and comment")
                }
                return .bareJSON(200, try await site.silences.put(try record.draft()))
            }
            let filters = request.values("filter")
            guard filters.count <= 64 else { throw ChangeRefusal(.invalid, "filter: is there more than 64 times") }
            let silences = try await site.silences.silences(passing: filters)
            return .bareJSON(200, silences.compactMap { SilenceRecord($0, at: site.silences.now) })
        } catch {
            return .alertmanager(error)
        }
    }
}
