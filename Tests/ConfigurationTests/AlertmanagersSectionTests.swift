// SPDX-License-Identifier: Apache-2.0
import Alerting
import Configuration
import Notifying
import Testing
import Vocabulary
import WebClient
import YAML

@Suite struct AlertmanagersSectionTests {
    private func settings(_ text: String) throws -> AlertmanagerSettings {
        try ConfigurationFile.parse(text, path: "c.yml").get().alertmanagers
    }

    private func problems(_ text: String) -> [String] {
        guard case .failure(let problems) = ConfigurationFile.parse(text, path: "c.yml") else { return [] }
        return problems.all.map { String($0.description.drop { $0 != " " }.dropFirst()) }
    }

    @Test func `a whole section`() throws {
        let settings = try settings(
            """
            external_labels: {site: eu-1, rack: "7"}
            alert_relabel_configs:
              - {source_labels: [host], regex: "n(.*)", target_label: number}
              - {action: labeldrop, regex: rack}
            alertmanagers:
              - url: https://user:hush@alerts.example/one/
                path_prefix: /two/
                timeout: 3s
                basic_auth: {username: agent, password_file: /p}
                tls_config: {ca_file: /ca, cert_file: /c, key_file: /k, server_name: a.b, min_version: TLS13}
                proxy_url: http://u:hush@proxy:3128
                no_proxy: near.example
                follow_redirects: true
                refuse_targets: [link-local, private]
                alert_relabel_configs: [{action: keep, source_labels: [severity], regex: critical}]
              - {name: second, url: "http://[::1]:9093", authorization: {credentials_file: /t}, proxy_from_environment: false}
            """)
        #expect(settings.externalLabels == Labels([Label("site", "eu-1"), Label("rack", "7")]))
        #expect(settings.relabelling.map(\.action) == [.replace, .labeldrop])
        let first = try #require(settings.targets.first)
        #expect(first.name == "alerts.example:443")
        #expect(first.url == "https://user:hush@alerts.example/one/two")
        #expect(first.timeout == .seconds(3))
        #expect(first.relabelling.map(\.action) == [.keep])
        #expect(first.client.authorization == .basic(user: .text("agent"), password: .file("/p")))
        #expect(first.client.tls.authorityFile == "/ca" && first.client.tls.certificateFile == "/c")
        #expect(first.client.tls.keyFile == "/k" && first.client.tls.serverName == "a.b")
        #expect(first.client.tls.oldestVersion == .tls13 && !first.client.tls.skipsVerification)
        #expect(first.client.proxy == .url("http://u:hush@proxy:3128", exceptFor: "near.example"))
        #expect(first.client.followsRedirects && first.client.refusedTargets == [.linkLocal, .private])
        let second = try #require(settings.targets.last)
        #expect(second.name == "second" && second.url == "http://[::1]:9093")
        #expect(second.client.authorization == .other(type: "Bearer", credentials: .file("/t")))
        #expect(second.client.proxy == .none && !second.client.followsRedirects)
    }

    @Test(arguments: [
        ("alertmanagers: [{}]", ["alertmanagers[0].url: is missing"]),
        (
            #"alertmanagers: [{url: "ftp://u:hush@h/"}]"#,
            ["alertmanagers[0].url: expected a URL such as http://alerts.example:9093, without ? and #"]
        ),
        (
            #"alertmanagers: [{url: "http://h/?token=hush"}]"#,
            ["alertmanagers[0].url: expected a URL such as http://alerts.example:9093, without ? and #"]
        ),
        (
            #"alertmanagers: [{url: "http://h:1/a"}, {url: "http://h:1/b"}]"#,
            ["alertmanagers[1]: h:1 is there twice; give each a name"]
        ),
        (
            #"alertmanagers: [{url: "http://h", basic_auth: {password: a, password_file: /p}}]"#,
            [
                "alertmanagers[0].basic_auth: needs username or username_file",
                "alertmanagers[0].basic_auth.password_file: password is there too; keep one of them",
            ]
        ),
        (
            #"alertmanagers: [{url: "http://h", http_config: {}}]"#,
            [
                "alertmanagers[0].http_config: its keys (basic_auth, tls_config and so on) stand beside url here, as "
                    + "in Prometheus"
            ]
        ),
        (
            #"alertmanagers: [{url: "http://h", proxy_url: "u:hush@proxy"}]"#,
            [
                "alertmanagers[0].proxy_url: expected a URL that begins with http://, https://, socks5:// or "
                    + "socks5h://"
            ]
        ),
        (
            #"alertmanagers: [{url: "http://h", tls_config: {cert_file: /c, server_name: "a b"}}]"#,
            [
                "alertmanagers[0].tls_config: cert_file and key_file go together",
                #"alertmanagers[0].tls_config.server_name: expected a host's name, found "a b""#,
            ]
        ),
        (
            #"alertmanagers: [{url: "http://h", refuse_targets: [loopbak], basic_auht: {}}]"#,
            [
                #"alertmanagers[0].refuse_targets: expected a list of loopback, link-local, private, found "loopbak""#,
                #"unknown key "alertmanagers[0].basic_auht"; did you mean "basic_auth"?"#,
            ]
        ),
        (
            "alert_relabel_configs: [{action: hashmod, regex: '('}]",
            [
                "alert_relabel_configs[0].target_label: is missing; hashmod needs it",
                "alert_relabel_configs[0].modulus: is missing",
                #"alert_relabel_configs[0].regex: cannot use regular expression "(": missing ): ("#,
            ]
        ),
        ("external_labels: {a-b: c}", [#"external_labels: "a-b" is no name of a label"#]),
    ])
    func `what is wrong has a sentence, and no secret in it`(text: String, sentences: [String]) {
        #expect(problems(text) == sentences)
    }
}
