// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import TestHosts
import Testing
import Vocabulary
import WebClient

/// Alertmanager's own templates over the recorded alerts, hostile labels among them, are rendered as here.
@Suite struct AmtoolTests {
    private static let own = [
        MessageTexts.title, MessageTexts.list, MessageTexts.summary, MessageTexts.line, MessageTexts.externalURL,
    ].map(\.text)

    private static let others = [
        "{{ range .Alerts }}{{ .Labels.domain | printf \"%q\" }} {{ .Labels.domain | title }} {{ .StartsAt }}\n{{ end }}",
        "{{ range .Alerts }}{{ reReplaceAll \"[^a-z]+\" \"-\" .Labels.domain }} {{ .Labels.domain | html }}{{ end }}",
        "{{ range .Alerts }}{{ .Labels.domain | js }} {{ .Labels.domain | urlquery }} {{ .GeneratorURL }}{{ end }}",
        "{{ range .Alerts }}{{ .Labels }} {{ .Annotations.SortedPairs }} {{ .Labels.Remove .Labels.Names }}{{ end }}",
        "{{ .Alerts }}",
        "{{ title \"it's aB-cD web_1 x.y HELLO 1st a1b ßx foo:bar 1,2a 'q' x..y x.'y a_b __C 1_b x·y x/y ﬁX don’t\" }}",
        "{{ title \"a\\u202eb cde\\u0301F critical WARNING 日本a\" }}",
        "{{ printf \"%v %d %s\" .Alerts (len .Alerts) .CommonLabels }}",
        "{{ range .Alerts.Firing }}{{ slice .Labels.domain 0 4 }}{{ index .Labels \"domain\" | len }}{{ end }}",
        "{{ range .Alerts }}{{ .EndsAt.Format \"2006-01-02T15:04:05.000Z07:00\" }} {{ .EndsAt.Unix }} {{ end }}",
    ]

    @Test(arguments: own + others)
    func `amtool renders the same`(template: String) async throws {
        let directory = try OwnedDirectory()
        let glob = try directory.write("none.tmpl", "".utf8)
        let data = WebhookTests.folder + "/Fixtures/alertmanager-0.25-resolved.json"
        let expected = try await run(
            "amtool",
            ["template", "render", "--template.glob=\(glob)", "--template.text=\(template)", "--template.data=\(data)"])
        await directory.remove()
        let message = Message(
            receiver: "ops", groupLabels: Labels([Label("alertname", "DomainCrashed")]), routeKey: "{}",
            alerts: try WebhookTests.recordedAlerts(isOneResolved: true), externalURL: "http://host:9177")
        let body = CustomBody(try MessageTemplate(parsing: template), contentType: "text/plain")
        let channel = HTTPRequest(WebTarget(url: .url("http://127.0.0.1/")), body: body)
        let request = try #require(try channel.request(of: message))
        #expect(String(decoding: request.body, as: UTF8.self) == expected)
    }
}
