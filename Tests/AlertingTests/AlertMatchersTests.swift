// SPDX-License-Identifier: Apache-2.0
import Alerting
import Testing
import Vocabulary

@Suite struct AlertMatchersTests {
    private let labels = Labels([
        Label("alertname", "DomainHung"), Label("severity", "critical"), Label("domain", "web-1"),
    ])

    @Test(arguments: [
        #"severity="critical""#, "severity=critical", #"{severity="critical",domain=~"web-.*"}"#,
        #"severity=~"crit.*", domain!="db-1""#, #"team="""#, #"team!~"a.+""#, "{}", #"domain=~"web-\d""#,
    ])
    func `matches as Alertmanager does`(text: String) throws {
        #expect(try AlertMatchers(parsing: [text]).matches(labels))
    }

    @Test(arguments: [#"severity="warning""#, #"severity=~"crit""#, #"domain!~"web.*""#, #"team=~".+""#])
    func `a regular expression is anchored, and a missing label is empty`(text: String) throws {
        #expect(try !AlertMatchers(parsing: [text]).matches(labels))
    }

    @Test func `all entries must match, and none at all match everything`() throws {
        #expect(try !AlertMatchers(parsing: ["severity=critical", "domain=db-1"]).matches(labels))
        #expect(try AlertMatchers(parsing: []).matches(labels))
    }

    @Test func `escapes in quotes are Alertmanager's`() throws {
        let odd = Labels([Label("name", "a\"b\\c\nd")])
        #expect(try AlertMatchers(parsing: [#"name="a\"b\\c\nd""#]).matches(odd))
    }

    @Test(arguments: [
        ("", "it is empty"), ("severity", "=, !=, =~ or !~ is expected after severity"),
        (#"severity="critical"#, "the closing quote is missing"), (#"{a="b""#, "the closing brace is missing"),
        (#"a="b" c="d""#, #""c="d"" follows it"#), (#"="b""#, "a label's name is expected"),
    ])
    func `what is none is refused with the reason`(text: String, reason: String) {
        let error = #expect(throws: MatcherError.self) { try AlertMatchers(parsing: [text]) }
        #expect(error?.reason == reason)
    }

    @Test func `a bad regular expression is named`() {
        let error = #expect(throws: MatcherError.self) { try AlertMatchers(parsing: [#"a=~"(""#]) }
        #expect(error?.description.contains("missing )") == true)
    }
}
