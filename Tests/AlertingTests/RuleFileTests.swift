// SPDX-License-Identifier: Apache-2.0
import TestHosts
import Testing
import YAML

@testable import Alerting

@Suite struct RuleFileTests {
    private static let good = """
        groups:
          - name: domains
            interval: 15s
            limit: 10
            rules:
              - record: domain:cpu:rate
                expr: rate(cpu[5m])
                labels: {team: a}
              - alert: DomainDown
                expr: |
                  state{state="shutoff"} == 1
                    unless on(domain) maintenance
                for: 1m
                keep_firing_for: 5m
                labels: {severity: critical}
                annotations:
                  summary: "{{ $labels.domain }} is down ({{ $value | humanize }})"

        """

    private func problems(_ text: String) -> [String] {
        switch RuleFile.parse(text, path: "r.yml") {
        case .success: []
        case .failure(let error): error.problems.map(\.description)
        }
    }

    @Test func `a file gives its groups, what they read and how far back`() throws {
        let group = try #require(try RuleFile.parse(Self.good, path: "r.yml").get().first)
        #expect([group.name, group.file] == ["domains", "r.yml"])
        #expect(group.interval == .seconds(15))
        #expect(group.rules.map(\.name) == ["domain:cpu:rate", "DomainDown"])
        #expect(group.readNames == ["cpu", "state", "maintenance"])
        #expect(group.reach == .seconds(300))
    }

    @Test func `an interval of 0 is none`() throws {
        let text = "groups: [{name: a, interval: 0s, rules: [{alert: X, expr: up}]}]"
        #expect(try RuleFile.parse(text, path: "r.yml").get().first?.interval == nil)
    }

    @Test func `what templates query is read as well`() throws {
        func names(_ annotation: String) throws -> Set<String>? {
            let rule = "{alert: X, expr: a, annotations: {s: '\(annotation)'}}"
            let text = "groups: [{name: g, rules: [\(rule)]}]"
            let group = try #require(try RuleFile.parse(text, path: "r.yml").get().first)
            #expect(group.reach == .seconds(annotation.contains("1h") ? 3600 : 300))
            return group.readNames
        }
        #expect(try names("{{ query `max_over_time(b[1h])` }}") == ["a", "b"])
        #expect(try names("{{ query $labels.x }}") == nil)
    }

    @Test func `all problems are told at once, each with its place`() {
        let text = """
            groups:
              - name: a
                rules:
                  - alert: X
                    expr: up ==
                    fro: 5m
                    labels: {__name__: x, "a-b": y}
                    annotations: {summary: "{{ nope }}"}
                  - expr: up
                  - record: "a b"
                    expr: 1
                    for: 5m
              - name: a
                intervall: 5x
            """
        let found = problems(text)
        #expect(found.contains { $0.hasPrefix("r.yml:5:15: groups[0].rules[0].expr: 1:6: unexpected end of query") })
        #expect(found.contains { $0.contains("unknown key \"groups[0].rules[0].fro\"; did you mean \"for\"?") })
        #expect(found.contains { $0.contains("\"__name__\" is no name of a label") })
        #expect(found.contains { $0.contains("\"a-b\" is no name of a label") })
        #expect(found.contains { $0.contains("annotations.summary: cannot read the template: function \"nope\"") })
        #expect(found.contains { $0.hasPrefix("r.yml:9:9: groups[0].rules[1]: a rule needs record or alert") })
        #expect(found.contains { $0.contains("\"a b\" is no name of a metric") })
        #expect(found.contains { $0.contains("for: is for alerts") })
        #expect(found.contains { $0.contains("a group called \"a\" is there twice") })
        #expect(found.contains { $0.contains("did you mean \"interval\"?") })
    }

    @Test func `a rule that reads further back than the store keeps is refused`() {
        let text = "groups: [{name: a, rules: [{alert: X, expr: 'increase(x[2d])'}]}]"
        #expect(problems(text).first?.contains("reads 2d back, further than the 1d that are kept") == true)
        let fixed = "groups: [{name: a, rules: [{alert: X, expr: 'up @ 1700000000'}]}]"
        #expect(problems(fixed).first?.contains("reads at a time that @ fixes") == true)
        #expect(problems("groups: [{name: a, rules: [{alert: X, expr: 'up @ end()'}]}]").isEmpty)
        let group = "groups: [{name: a, query_offset: 23h, rules: [{alert: X, expr: 'increase(x[2h])'}]}]"
        #expect(problems(group).first?.contains("reads 1d1h back, further than the 1d that are kept") == true)
        let template = "{alert: X, expr: up, annotations: {a: '{{ query `increase(x[2d])` }}'}}"
        let found = problems("groups: [{name: a, rules: [\(template)]}]").first
        #expect(found?.contains("annotations.a: its query reads back further than the 1d") == true)
    }

    @Test(arguments: [
        good, "groups: []", "", "groups:\n  - name: a\n    rules: []\n",
        "groups: [{name: a, rules: [{alert: X, expr: up, action: restart}]}]",
        "groups: [{name: a, rules: [{alert: X, expr: 'up =='}]}]", "groups: [{name: a, rules: [{alert: X}]}]",
        "groups: [{name: a, rules: [{record: x, alert: y, expr: up}]}]",
        "groups: [{name: a, rules: [{record: x, expr: up, for: 1m}]}]", "groups: [{rules: []}]",
        "groups: [{name: a}, {name: a}]", "rules: []", "groups: [{name: a, rules: [{record: 'x-y', expr: up}]}]",
        "groups: [{name: a, rules: [{alert: X, expr: up, labels: {'a-b': c}}]}]",
        "groups: [{name: a, rules: [{alert: X, expr: up, annotations: {s: '{{ nope }}'}}]}]",
        "groups: [{name: a, rules: [{alert: X, expr: up, annotations: {s: '{{ $value | humanize }}'}}]}]",
        "groups: [{name: a, interval: 5x, rules: []}]", "groups: [{name: a, rules: [{alert: X, expr: 'rate(x)'}]}]",
        "groups: [{name: a, limit: 5, rules: [{alert: X, expr: 'topk by (job) (2, x) > 1', keep_firing_for: 1h}]}]",
    ])
    func `promtool accepts and refuses the same files`(text: String) async throws {
        let directory = try OwnedDirectory()
        let path = try directory.write("rules.yml", text.utf8)
        var promtoolAccepts = true
        do {
            _ = try await run("promtool", ["check", "rules", path])
        } catch {
            promtoolAccepts = false
        }
        await directory.remove()
        #expect(problems(text).isEmpty == promtoolAccepts, "\(problems(text))")
    }
}
