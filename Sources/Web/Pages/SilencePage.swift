// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `/api/v2/silence/ID`, as Alertmanager has it: one silence; DELETE ends it.
struct SilencePage: Page {
    let path = "/api/v2/silence/"
    let summary: String? = nil
    let changes = ["DELETE"]
    /// Alertmanager's API has no other status for a silence that cannot be ended, and amtool reads no sentence of others.
    private static let refused = 500

    func answers(_ path: String) -> Bool { path.hasPrefix(self.path) }

    func refusal(_ sentence: String) -> PageResponse { .alertmanager(Self.refused, sentence) }

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        let id = String(request.path.dropFirst(path.count))
        do throws(ChangeRefusal) {
            if request.method == "DELETE" {
                try await site.silences.expire(id, isMaintenance: false)
                return PageResponse(body: [])
            }
            let silence = await site.silences.silences().first { $0.id == id }
            guard let record = silence.flatMap({ SilenceRecord($0, at: site.silences.now) }) else {
                throw ChangeRefusal(.unknown, "there is no silence of this id")
            }
            return .bareJSON(200, record)
        } catch {
            if request.method == "DELETE" { return .alertmanager(Self.refused, error.description) }
            return .alertmanager(error)
        }
    }
}
