// SPDX-License-Identifier: Apache-2.0
import Alerting
import Configuration
import DomainXML
import FoundationEssentials
import Notifying
import Remediation
import Sampling
import Testing
import Vocabulary
import Web
import YAML

@Suite struct ConfigurationFileTests {
    private func settings(_ text: String) throws -> Settings {
        try ConfigurationFile.parse(text, path: "c.yml").get()
    }

    private func problems(_ text: String) -> [String] {
        guard case .failure(let problems) = ConfigurationFile.parse(text, path: "c.yml") else { return [] }
        return problems.all.map(\.description)
    }

    @Test(arguments: ["", "\n", "# nothing\n", "---\n"])
    func `an empty file is a valid one, and observes`(text: String) throws {
        let settings = try settings(text)
        #expect(settings.connections == [ConnectionSettings(name: "local", uri: nil)])
        #expect(settings.sampling.interval == .seconds(10))
        #expect(settings.web.listen == [.tcp(host: "127.0.0.1", port: 9177)])
        #expect(settings.remediation.mode == .observe)
        #expect(settings.stateDirectory == nil)
    }

    @Test func `the README's example says what it shows`() throws {
        let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let readme = try String(contentsOf: URL(filePath: folder + "/README.md"), encoding: .utf8)
        let blocks = readme.split(separator: "```yaml\n").dropFirst().map { $0.prefix(upTo: $0.range(of: "```")) }
        let example = try #require(blocks.first { $0.hasPrefix("connections:") })
        let settings = try settings(String(example))
        #expect(settings.connections == [ConnectionSettings(name: "local", uri: "qemu:///system")])
        // All but these two are what holds without a file.
        #expect(
            settings.sampling
                == SamplingSettings(
                    exclude: ["/test-[0-9]+/"],
                    collectors: [
                        "iothread": .on, "block": .every(.seconds(60)), "openstack": .off, "storage_pool": .off,
                    ]))
        #expect(settings.metadata.namespaces == ["app": "http://example.org/app"])
        #expect(settings.metadata.paths.map(\.name) == ["owner"])
        #expect(settings.web == WebSettings(listen: [WebSettings.defaultListener]))
        #expect(settings.notifying.receivers.map(\.name) == ["ops", "chat", "pager"])
        #expect(settings.notifying.routes.map(\.receiver) == ["ops"])
        #expect(settings.notifying.routes.map(\.grouping) == [Grouping()])
        #expect(settings.notifying.inhibitions.map(\.equal) == [["host"]])
        #expect(settings.eventRoutes.map(\.receiver) == ["ops"])
        let policy = try #require(settings.remediation.policies.first)
        #expect(policy.domains == ["web-*"])
        #expect(policy.causes == [.panic, .hypervisorCrash])
        #expect(policy.ladder.map(\.description) == ["start 1m", "reset 30s", "destroy-start 1m"])
        #expect(policy.budget.attempts == 5 && policy.budget.window == .seconds(3600))
        #expect(policy.backoff.max == .seconds(300) && policy.backoff.jitter == 0.2)
        #expect(policy.proofs == [.activity] && policy.priority == 50 && policy.dependsOn.isEmpty)
        #expect(settings.remediation.limits == HostLimits())
        #expect(settings.remediation.foreignManagers.map(\.name) == ["cloudstack"])
        #expect(policy.cooldown == .zero)
        #expect(settings.remediation.killSwitch == "/run/virtwarden/stop")
    }

    @Test(arguments: [
        (
            "conections: []", [#"c.yml:1:1: unknown key "conections"; did you mean "connections"?"#]
        ),
        (
            "sampling: {interval: 10}",
            [#"c.yml:1:22: sampling.interval: expected a duration from 500ms to 1h, such as 30s or 1h30m, found "10""#]
        ),
        (
            "sampling: {collectors: {blok: on, block: 1, state: off, node: 1m}, include: [\"/(/\"]}",
            [
                #"c.yml:1:77: sampling.include: "/(/" is no pattern: missing ): ("#,
                #"c.yml:1:25: sampling.collectors: there is no collector "blok"; did you mean "block"?"#,
                "c.yml:1:42: sampling.collectors.block: expected on, off or a duration such as 30s",
                "c.yml:1:52: sampling.collectors.state: expected on; the state is always read",
                "c.yml:1:63: sampling.collectors.node: expected on or off; of the host, everything is read at times "
                    + "of its own",
            ]
        ),
        (
            "sampling: {hypervisor_names: []}",
            [#"c.yml:1:30: sampling.hypervisor_names: is empty; name statistics, or "*" for all"#]
        ),
        (
            "metadata: {labels: {domain: a, 1x: a, owner: \"app:owner\", ok: \"count(//*)\"}}",
            [
                "c.yml:1:21: metadata.labels.domain: is no name for a label; letters, digits and _, not domain, host "
                    + "or uuid",
                "c.yml:1:32: metadata.labels.1x: is no name for a label",
                #"c.yml:1:46: metadata.labels.owner: cannot use "app:owner": it is no XPath expression, or uses a "#
                    + "prefix that namespaces does not name",
            ]
        ),
        (
            "web: {listen: [\"nowhere\"]}",
            [#"c.yml:1:16: web.listen[0]: expected HOST:PORT, [IPV6]:PORT, :PORT or unix:/PATH"#]
        ),
        (
            "remediation: {mode: \"on\"}",
            [#"c.yml:1:21: remediation.mode: expected one of off, observe, auto, found "on""#]
        ),
        (
            "connections:\n  - {name: a}\n  - {name: a}",
            [#"c.yml:3:12: connections[1].name: a connection called "a" is there twice"#]
        ),
        (
            "receivers:\n  - {name: ops}",
            [
                #"c.yml:2:5: receivers[0]: has no channel; give it one of: exec, http, log, pagerduty, slack, teams, webhook"#
            ]
        ),
        (
            "receivers: [{name: ops, webhook: {}}]",
            [#"c.yml:1:34: receivers[0].webhook: needs url or url_file"#]
        ),
        (
            "receivers: [{name: ops, webhook: {url: \"ftp://x\"}}]",
            [
                #"c.yml:1:40: receivers[0].webhook.url: expected a URL that begins with http:// or https://"#
            ]
        ),
        (
            "receivers: [{name: ops, webhook: {url: \"http://x\"}}]\nroutes: [{to: opps}]",
            [#"c.yml:2:15: routes[0].to: there is no receiver "opps"; did you mean "ops"?"#]
        ),
        (
            "receivers: [{name: ops, webhook: {url: \"http://x\"}}]\nroutes: [{to: ops, group_by: [a, ...], "
                + "group_wait: 2h, routes: []}]",
            [
                #"c.yml:2:30: routes[0].group_by: "..." stands for all labels; name no other beside it"#,
                #"c.yml:2:52: routes[0].group_wait: expected a duration from 0s to 1h, such as 30s or 1h30m, found "2h""#,
                "c.yml:2:64: routes[0].routes: routes are not nested here; use continue, or send alerts to an Alertmanager",
            ]
        ),
        (
            "inhibit_rules: [{source_matchers: [a=b], equal: [host]}]",
            ["c.yml:1:17: inhibit_rules[0].target_matchers: is empty; name what it matches"]
        ),
        (
            "event_routes: [{to: ops}, {match: [x], repeat_every: 0s}]\nweb: {allow_changes: yes}",
            [
                #"c.yml:2:22: web.allow_changes: expected true or false, found "yes""#,
                #"c.yml:1:21: event_routes[0].to: there is no receiver "ops""#,
                #"c.yml:1:35: event_routes[1].match: "x" is no matcher: =, !=, =~ or !~ is expected after x; write one as severity="critical" or name=~"web-.*""#,
                #"c.yml:1:27: event_routes[1].to: is missing"#,
                #"c.yml:1:54: event_routes[1].repeat_every: expected a duration from 1s to 1d, such as 30s or 1h30m, found "0s""#,
            ]
        ),
        (
            "remediation: {policies: [{name: p, on: {causes: [panik]}}]}",
            [#"c.yml:1:50: remediation.policies[0].on.causes[0]: there is no cause "panik"; did you mean "panic"?"#]
        ),
        (
            "remediation: {policies: [{name: p, on: {causes: [guest-poweroff]}}]}",
            [
                "c.yml:1:26: remediation.policies[0].on.causes: guest-poweroff can't start a repair; name one of host-signal, "
                    + "hypervisor-crash, panic, watchdog, io-error, start-failed, clean-unknown, crash-or-terminated, lost"
            ]
        ),
        (
            "remediation: {policies: [{name: p, ladder: [start]}]}",
            [
                #"c.yml:1:45: remediation.policies[0].ladder[0]: "start" is no step; give it a timeout, as "start 60s""#
            ]
        ),
        (
            "remediation: {policies: [{name: p, ladder: [\"strat 60s\", \"jump 60s\"]}]}",
            [
                #"c.yml:1:45: remediation.policies[0].ladder[0]: "strat 60s" is no step; did you mean "start 60s"?"#,
                #"c.yml:1:58: remediation.policies[0].ladder[1]: "jump 60s" is no step; the actions are acpi-reboot, agent-reboot"#,
            ]
        ),
        (
            "remediation: {policies: [{name: p, exec: [/bin/repair], ladder: [exec 5s]}]}",
            [
                "c.yml:1:42: remediation.policies[0].exec: programs are run only with allow_exec: true at "
                    + "the top of the configuration",
                "c.yml:1:65: remediation.policies[0].ladder: exec needs exec, a program and its arguments",
            ]
        ),
        (
            "remediation: {allow_exec: true}",
            ["c.yml:1:27: remediation.allow_exec: has moved to the top of the configuration, for receivers too"]
        ),
        (
            "allow_exec: true\nremediation: {policies: [{name: p, exec: [repair]}, {name: q, exec: [/r, \"a\\0\"]}]}",
            [
                "c.yml:2:42: remediation.policies[0].exec: the program's path must be absolute",
                "c.yml:2:69: remediation.policies[1].exec: one of its texts holds a NUL",
            ]
        ),
        (
            "remediation: {policies: [{name: p, evidence: {screenshot: true, core_dump: {max_bytes: 0}}, webhook: x}]}",
            [
                "c.yml:1:102: remediation.policies[0].webhook: must be an http or https address",
                "c.yml:1:88: remediation.policies[0].evidence.core_dump.max_bytes: ",
                "c.yml:1:46: remediation.policies[0].evidence.directory: is missing; name the directory",
            ]
        ),
        (
            "remediation: {foreign_managers: [{name: ha, domains: [/(/]}, {}], policies: [{name: p, match: {managers: [x]}}]}",
            [
                "c.yml:1:55: remediation.foreign_managers[0].domains[0]: \"/(/\" is no pattern: ",
                "c.yml:1:62: remediation.foreign_managers[1].name: is missing",
                "c.yml:1:14: remediation.foreign_managers: \"unnamed\" has neither domains nor namespaces",
                "c.yml:1:14: remediation.policy \"p\": match.managers: there is no \"x\"; there are ha, kubevirt, nova, ",
            ]
        ),
        (
            "remediation: {policies: [{name: p, quarantine: {cooldown: 31d}}]}",
            [
                "c.yml:1:26: remediation.policies[0].quarantine.cooldown: must be between 0s (until it is released by hand)"
            ]
        ),
        (
            "remediation: {limits: {concurrent: 0, storm: {cooldown: 2d}}}",
            [
                "c.yml:1:36: remediation.limits.concurrent: expected a whole number from 1 to 100, found \"0\"",
                "c.yml:1:23: remediation.limits.storm.cooldown: must be at most 1d",
            ]
        ),
        (
            "remediation: {policies: [{name: p, depends_on: [q]}, {name: q, depends_on: [p]}, {name: r, depends_on: [x]}]}",
            [
                "c.yml:1:14: remediation.policy \"p\": depends_on: leads back to itself; break the circle",
                "c.yml:1:14: remediation.policy \"q\": depends_on: leads back to itself; break the circle",
                "c.yml:1:14: remediation.policy \"r\": depends_on: there is no policy \"x\"",
            ]
        ),
        (
            "remediation: {policies: [{name: p, backoff: {factor: 0}}]}",
            ["c.yml:1:26: remediation.policies[0].backoff.factor: must be between 1 and 100"]
        ),
        (
            "rule_files: [rules.yml]",
            ["c.yml:1:14: rule_files[0]: expected an absolute path or pattern of paths"]
        ),
        (
            "rule_files: [/nowhere/rules.yml]",
            ["c.yml:1:14: rule_files[0]: there is no file /nowhere/rules.yml"]
        ),
        (
            "state: {directory: here}",
            [
                #"c.yml:1:20: state.directory: expected an absolute path, as /etc/virtwarden/rules.yml, found "here""#
            ]
        ),
        ("- a list", ["c.yml:1:1: expected a mapping (key: value), found a list"]),
    ])
    func `a mistake gets its place, what is wrong and what would be right`(text: String, expected: [String]) {
        let found = problems(text)
        #expect(found.count == expected.count && zip(found, expected).allSatisfy { $0.hasPrefix($1) }, "\(found)")
    }

    @Test func `guests are asked only where the file says so`() throws {
        #expect(try ConfigurationFile.parse("", path: "c.yml").get().sampling.asksGuests == false)
        let text = "sampling: {guest_agent: true}"
        #expect(try ConfigurationFile.parse(text, path: "c.yml").get().sampling.asksGuests)
        #expect(problems("sampling: {guest_agent: 1}").count == 1)
    }

    @Test func `every problem is said at once`() {
        let found = problems(
            """
            sampling: {interval: soon, dedline: 3s}
            web: {listen: [x]}
            remediation: {mode: maybe}
            unknown: 1
            """)
        #expect(found.count == 5)
        #expect(
            found.contains {
                $0.contains(#"did you mean "sampling.deadline"#) || $0.contains(#"did you mean "deadline""#)
            })
    }

    @Test(arguments: [
        "a: [", "a: *alias", "a: &anchor 1", "a: 1\na: 2", "\t- x", "a: 1\n---\nb: 2",
        String(repeating: "[", count: 200),
    ])
    func `what is no plain YAML is refused with its place`(text: String) {
        #expect(problems(text).count == 1)
        #expect(problems(text).first?.hasPrefix("c.yml:") == true)
    }

    @Test func `how far rules may look back and what queries may cost can be set`() throws {
        let path = "/tmp/virtwarden-rules-\(UInt64.random(in: .min ... .max)).yml"
        try Data("groups: [{name: g, rules: [{alert: A, expr: 'rate(a[2h]) > 0'}]}]\n".utf8).write(
            to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = "rule_files: [\"\(path)\"]\nweb: {query_timeout: 5s, max_queries: 2}\n"
        let settings = try settings(text)
        #expect(settings.ruleGroups.count == 1)
        #expect(settings.web.queryTimeout == .seconds(5) && settings.web.maxQueries == 2)
        let found = problems(text + "rules: {max_reach: 1h}\n")
        #expect(found.count == 1)
        #expect(found.first?.contains("reads 2h back, further than the 1h that are kept") == true)
        #expect(found.first?.hasSuffix("or raise rules.max_reach") == true)
    }

    @Test func `problems of a rule file are the configuration's, under the rule file's name`() throws {
        let path = "/tmp/virtwarden-rules-\(UInt64.random(in: .min ... .max)).yml"
        try Data("groups: [{name: g, rules: [{alert: A, expr: 'up =='}]}]\n".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let found = problems("rule_files: [\(path)]")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("\(path):1:") == true)
    }

    @Test func `a directory, a missing file and one that is not UTF-8 are said`() throws {
        func load(_ path: String) -> String {
            guard case .failure(let problems) = ConfigurationFile.load(path) else { return "" }
            return problems.description
        }
        #expect(load("/tmp") == "/tmp: cannot read /tmp: it is no regular file")
        #expect(load("/nowhere/c.yml").hasSuffix("No such file or directory; check the path"))
        let path = "/tmp/virtwarden-config-\(UInt64.random(in: .min ... .max)).yml"
        try Data([0x61, 0xFF, 0xFE]).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(load(path).hasSuffix("it is not UTF-8"))
    }

    @Test func `every file of the folder Sections is in the list`() throws {
        let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Sources/Configuration"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/Sections")
        let list = try String(contentsOf: URL(filePath: folder + "/Section.swift"), encoding: .utf8)
        for file in files { #expect(list.contains("\(file.dropLast(".swift".count)).self"), "\(file)") }
    }
}

extension Substring {
    fileprivate func range(of text: String) -> Index {
        var index = startIndex
        while index < endIndex, !self[index...].hasPrefix(text) { index = self.index(after: index) }
        return index
    }
}
