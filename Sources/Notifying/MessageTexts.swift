// SPDX-License-Identifier: Apache-2.0
public import Alerting
import Vocabulary

/// The texts that people get when the settings say nothing else.
public enum MessageTexts {
    /// `[FIRING 2] DomainCrashed critical`
    public static let title = MessageTemplate(
        builtIn: """
            [{{ .Status | toUpper }}{{ with len .Alerts.Firing }} {{ . }}{{ end }}] \
            {{ with .GroupLabels.SortedPairs.Values }}{{ join " " . }}{{ else }}alerts{{ end }}\
            {{ with (.CommonLabels.Remove .GroupLabels.Names).SortedPairs.Values }} ({{ join " " . }}){{ end }}
            """)

    /// A line for each of the first twenty alerts.
    public static let list = MessageTemplate(
        builtIn: """
            {{ range $i, $alert := .Alerts }}{{ if lt $i 20 }}\
            {{ if eq .Status "resolved" }}Resolved: {{ end }}\
            {{ with .Annotations.summary }}{{ . }}{{ else }}{{ with .Annotations.description }}{{ . }}{{ else }}\
            {{ $alert.Labels.SortedPairs.Values | join " " }}{{ end }}{{ end }}
            {{ end }}{{ if eq $i 20 }}... and more: {{ len $.Alerts }} in all
            {{ end }}{{ end }}
            """)

    /// What the one alert of a message says of itself.
    public static let summary = MessageTemplate(
        builtIn: """
            {{ range .Alerts }}{{ with .Annotations.summary }}{{ . }}{{ else }}\
            {{ .Labels.SortedPairs.Values | join " " }}{{ end }}{{ end }}
            """)

    /// One line.
    public static let line = MessageTemplate(
        builtIn: """
            {{ range $i, $alert := .Alerts }}{{ if lt $i 20 }}{{ if $i }}; {{ end }}{{ .Status }} \
            {{ .Labels.SortedPairs.Values | join " " }}{{ with .Annotations.summary }}: {{ . }}{{ end }}{{ end }}\
            {{ if eq $i 20 }}; {{ len $.Alerts }} alerts in all{{ end }}{{ end }}
            """)

    public static let externalURL = MessageTemplate(builtIn: "{{ .ExternalURL }}")
}

/// How bad the worst alert of a message is, by the label `severity`.
enum Gravity: Int, Comparable {
    case resolved, info, warning, critical

    static func < (left: Gravity, right: Gravity) -> Bool { left.rawValue < right.rawValue }

    init(of message: Message) {
        self =
            message.alerts.filter { $0.state != .resolved }.map { Gravity(severity: $0.labels["severity"]) }.max()
            ?? .resolved
    }

    private init(severity: String?) {
        switch severity?.lowercased() {
        case "info", "information", "none", "notice": self = .info
        case "warning", "warn", "minor", "low": self = .warning
        default: self = .critical
        }
    }
}
