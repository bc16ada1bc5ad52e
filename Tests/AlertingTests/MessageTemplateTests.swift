// SPDX-License-Identifier: Apache-2.0
import Alerting
import Testing
import Vocabulary

@Suite struct MessageTemplateTests {
    private static var data: NotificationData {
        func entry(_ status: String, _ domain: String, _ end: String?) -> NotificationData.Entry {
            NotificationData.Entry(
                status: status,
                labels: Labels([
                    Label("alertname", "DomainCrashed"), Label("domain", domain), Label("severity", "critical"),
                ]),
                annotations: Labels([Label("summary", "s")]),
                startsAt: Timestamp(rfc3339: "2026-11-20T10:00:00Z") ?? NotificationData.never,
                endsAt: end.flatMap { Timestamp(rfc3339: $0) },
                generatorURL: "http://host:9177/graph", fingerprint: "18db8da7a1b8f57e")
        }
        var data = NotificationData()
        data.receiver = "ops"
        data.status = "firing"
        data.alerts = [entry("firing", "db-1", nil), entry("resolved", "web-1", "2026-11-20T10:01:00.125Z")]
        data.groupLabels = Labels([Label("alertname", "DomainCrashed")])
        data.commonLabels = Labels([Label("alertname", "DomainCrashed"), Label("severity", "critical")])
        data.externalURL = "http://host:9177"
        return data
    }

    /// The results are those of `amtool template render` of Alertmanager 0.25, of the last two apart.
    @Test(arguments: [
        ("{{ .Receiver }}|{{ .Status }}|{{ .ExternalURL }}", "ops|firing|http://host:9177"),
        ("{{ len .Alerts }} {{ len .Alerts.Firing }} {{ .Alerts.Resolved | len }}", "2 1 1"),
        (#"{{ .GroupLabels.SortedPairs.Values | join " " }}"#, "DomainCrashed"),
        ("{{ .CommonLabels.SortedPairs }}", "[{alertname DomainCrashed} {severity critical}]"),
        ("{{ .CommonLabels.Names }} {{ .CommonLabels.Values }}", "[alertname severity] [DomainCrashed critical]"),
        (#"{{ .CommonLabels.Remove (stringSlice "severity") }}"#, "map[alertname:DomainCrashed]"),
        (#"{{ (.CommonLabels.Remove .GroupLabels.Names).SortedPairs.Values | join "," }}"#, "critical"),
        ("{{ .CommonLabels.severity | toUpper }} {{ .CommonLabels.nothing }}|", "CRITICAL |"),
        ("{{ range .Alerts }}{{ .Status }}:{{ .Labels.domain | len }};{{ end }}", "firing:4;resolved:5;"),
        (
            #"{{ range .Alerts.Resolved }}{{ .StartsAt }} {{ .EndsAt.Format "15:04:05" }} {{ .Fingerprint }}{{ end }}"#,
            "2026-11-20 10:00:00 +0000 UTC 10:01:00 18db8da7a1b8f57e"
        ),
        (
            "{{ range .Alerts.Firing }}{{ .EndsAt }} {{ .EndsAt.IsZero }} {{ .StartsAt.Unix }}{{ end }}",
            "0001-01-01 00:00:00 +0000 UTC true 1795168800"
        ),
        (
            "{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value }};{{ end }}",
            "alertname=DomainCrashed;severity=critical;"
        ),
        (
            "{{ range $k, $v := .CommonLabels }}{{ $k }}={{ $v }};{{ end }}",
            "alertname=DomainCrashed;severity=critical;"
        ),
        ("{{ (index .Alerts 1).Labels.SortedPairs.Names }}", "[alertname domain severity]"),
        (
            #"{{ with index .Alerts 1 }}{{ .Labels.SortedPairs.Names | join "+" }}{{ end }}"#,
            "alertname+domain+severity"
        ),
        ("{{ .CommonAnnotations }} {{ if .CommonAnnotations }}yes{{ else }}no{{ end }}", "map[] no"),
        (
            #"{{ stringSlice "a" "b" }} {{ stringSlice "a" "b" | join "-" }} {{ len (stringSlice) }} {{ index (stringSlice "a" "b") 1 }}"#,
            "[a b] a-b 0 b"
        ),
        (
            #"{{ reReplaceAll "(.)o" "${1}0" "foo" }} {{ match "^f" "foo" }} {{ "ab cd" | title }} {{ safeHtml "<a>" }}"#,
            "f0o true Ab Cd <a>"
        ),
        ("{{ (index .Alerts 1).Labels }}", "map[alertname:DomainCrashed domain:web-1 severity:critical]"),
        (#"{{ .Alerts | len | printf "%03d" }} {{ .Status | printf "%q" }}"#, #"002 "firing""#),
        (
            #"{{ define "x" }}[{{ .Status }}]{{ end }}{{ template "x" . }}{{ range .Alerts }}{{ template "x" . }}{{ end }}"#,
            "[firing][firing][resolved]"
        ),
        ("{{ (index .Alerts 1).StartsAt.Year }} {{ (index .Alerts 1).StartsAt.Month }}", "2026 November"),
        (#"{{ slice (stringSlice "a" "b" "c") 1 }}"#, "[b c]"),
        (#"{{ range stringSlice "a" "b" }}{{ . }},{{ end }}"#, "a,b,"),
        (#"{{ printf "%v %s" .Status .GroupLabels }}"#, "firing map[alertname:DomainCrashed]"),
        ("{{ range $i, $a := .Alerts }}{{ $i }}{{ $a.Status }} {{ end }}", "0firing 1resolved "),
        (#"{{ index .CommonLabels "severity" }} {{ len .CommonLabels }}"#, "critical 2"),
        ("{{ .CommonLabels.SortedPairs.Names }} {{ len .CommonLabels.SortedPairs }}", "[alertname severity] 2"),
        // Newer than 0.25.
        (#"{{ toJson "a\"<\n" }} {{ toJson .GroupLabels }}"#, #""a\"\u003c\n" {"alertname":"DomainCrashed"}"#),
        ("{{ toJson (index .Alerts 0).EndsAt }} {{ toJson 1.5 }}", #""0001-01-01T00:00:00Z" 1.5"#),
    ])
    func `a message's template reads what Alertmanager's do`(template: String, expected: String) throws {
        #expect(try MessageTemplate(parsing: template).expand(Self.data) == expected)
    }

    @Test(arguments: [
        ("{{ .Nothing }}", "can't evaluate field Nothing in type template.Data"),
        ("{{ .Alerts.Nothing }}", "can't evaluate field Nothing in type template.Alerts"),
        ("{{ .GroupLabels.Nothing.X }}", "can't evaluate field X in type string"),
        ("{{ (index .Alerts 0).Nothing }}", "can't evaluate field Nothing in type template.Alert"),
        ("{{ index .Alerts 7 }}", "error calling index: index out of range: 7"),
        (#"{{ join "," "a" }}"#, "join: wrong type for value; expected []string; got string"),
    ])
    func `what is not there fails when it runs`(template: String, reason: String) throws {
        let template = try MessageTemplate(parsing: template)
        let error = #expect(throws: TemplateFailure.self) { try template.expand(Self.data) }
        #expect(error?.reason == reason)
    }

    @Test(arguments: [#"{{ query "up" }}"#, "{{ $labels.x }}", "{{ $value }}", "{{ nothing }}", "{{ if }}"])
    func `what only rules have is refused`(template: String) {
        #expect(throws: TemplateError.self) { try MessageTemplate(parsing: template) }
    }

    @Test func `a template that never ends is cut off`() throws {
        let loop = #"{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}"#
        let wide = "{{ range 100000 }}{{ range 100000 }}x{{ end }}{{ end }}"
        for text in [loop, wide] {
            let template = try MessageTemplate(parsing: text)
            #expect(throws: TemplateFailure.self) { try template.expand(Self.data) }
        }
    }
}
