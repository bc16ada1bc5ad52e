// SPDX-License-Identifier: Apache-2.0

/// One path of the server. Requests of other methods than GET, HEAD, where it takes forms POST, and its `changes` never
/// arrive here.
protocol Page: Sendable {
    /// Its path, or what its paths begin with.
    var path: String { get }
    /// Whether parameters may come as the body of a POST, encoded as those of a query are.
    var takesForm: Bool { get }
    /// Methods that change something. They come with their body, and only when `ChangeGuard` lets them pass.
    var changes: [String] { get }
    /// Why a change is not let pass, as this page says it.
    func refusal(_ sentence: String) -> PageResponse
    func answers(_ path: String) -> Bool
    /// What the front page says of it; nil leaves it out.
    var summary: String? { get }
    func respond(to request: PageRequest, from site: any Site) async -> PageResponse
}

extension Page {
    var takesForm: Bool { false }
    var changes: [String] { [] }
    func refusal(_ sentence: String) -> PageResponse { .text(403, sentence) }
    func answers(_ path: String) -> Bool { path == self.path }
}

/// What a page may know of a request.
struct PageRequest: Sendable {
    let path: String
    let acceptsGzip: Bool
    /// The parameters of a form, then those of the query, in their order.
    let query: [QueryParameter]
    /// The client's address, without its port.
    let client: String
    var method = "GET"
    /// Of a request that changes something.
    var body: [UInt8] = []

    /// The values of the parameter `name`.
    func values(_ name: String) -> [String] {
        query.filter { $0.name == name }.map(\.value)
    }
}

/// An answer, its length known.
struct PageResponse: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body: [UInt8]

    /// A sentence, as plain text.
    static func text(_ status: Int, _ sentence: String) -> PageResponse {
        PageResponse(
            status: status,
            headers: [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")],
            body: Array((sentence + "\n").utf8))
    }
}

/// The pages there are, one file each in the folder `Pages`, sorted by path.
enum Pages {
    static func all() -> [any Page] {
        [
            FrontPage(), HealthyPage(), ReadyPage(), AlertsPage(), EventsPage(), LabelValuesPage(), LabelsPage(),
            MaintenancesPage(), MaintenancePage(), QueryPage(), QueryRangePage(), RemediationPage(),
            RemediationExplainPage(), RemediationHistoryPage(), RemediationPausePage(), RemediationReleasePage(),
            RemediationResumePage(), RulesPage(), SeriesPage(), BuildInfoPage(),
            SilencePage(), SilencesPage(), MetricsPage(), ProbePage(),
        ]
    }
}
