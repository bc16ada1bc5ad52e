// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

@Suite struct CommandLineTests {
    @Test func `version is printed`() async throws {
        let result = try await BuiltProgram.run(["version"])
        #expect(result.code == 0)
        #expect(result.output == "virtwarden 0.1.0\n")
    }

    @Test(arguments: [
        (["serv"], "serv"), (["serve", "--colour"], "--colour"), (["serve", "--interval", "soon"], "--interval"),
        (["serve", "--listen", "here"], "--listen"), (["serve", "--log-level", "loud"], "--log-level"),
    ])
    func `wrong usage is 2, with the word that is wrong`(arguments: [String], word: String) async throws {
        let result = try await BuiltProgram.run(arguments)
        #expect(result.code == 2)
        #expect(result.errors.contains(word))
        #expect(result.output.isEmpty)
    }

    @Test func `a flag may come from the environment`() async throws {
        let result = try await BuiltProgram.run(["serve"], environment: ["VIRTWARDEN_LOG_FORMAT": "xml"])
        #expect(result.code == 2)
        #expect(result.errors.contains("--log-format: expected text or json"))
    }

    @Test func `check config says every problem and ends with 1, serve with 3`() async throws {
        let directory = try OwnedDirectory()
        let file = try directory.write("bad.yml", "sampling: {intervall: 1s}\nweb: {listen: [x]}\n".utf8)
        for (arguments, code) in [(["check", "config", file], 1 as Int32), (["serve", "--config", file], 3)] {
            let result = try await BuiltProgram.run(arguments)
            #expect(result.code == code)
            #expect(result.errors.contains("\(file):1:12: unknown key \"sampling.intervall\""))
            #expect(result.errors.contains("\(file):2:"))
        }
        let good = try directory.write("good.yml", "sampling: {interval: 1s}\n".utf8)
        let result = try await BuiltProgram.run(["check", "config", good])
        #expect(result.code == 0)
        #expect(
            result.output == "\(good): ok: 1 connections, 0 rules, 0 receivers, 0 Alertmanagers, remediation observe\n")
        await directory.remove()
    }

    @Test func `check rules checks each file`() async throws {
        let directory = try OwnedDirectory()
        let good = try directory.write("good.yml", "groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]\n".utf8)
        let bad = try directory.write("bad.yml", "groups: [{name: g, rules: [{alert: A, expr: 'up =='}]}]\n".utf8)
        let result = try await BuiltProgram.run(["check", "rules", good, bad])
        #expect(result.code == 1)
        #expect(result.output == "\(good): ok: 1 rules\n")
        #expect(result.errors.hasPrefix("\(bad):1:"))
        await directory.remove()
    }

    @Test func `check rules and test rules are told what the agent's configuration says of rules`() async throws {
        let directory = try OwnedDirectory()
        let rules = [
            "{record: a, expr: 'max_over_time(up[2d])'}", "{record: b, expr: 'mad_over_time(up[5m])'}",
            "{record: c, expr: 'holt_winters(up[5m], 0.5, 0.5)'}",
            "{alert: D, expr: up, annotations: {a: '{{ query `max_over_time(up[2d])` }}'}}",
        ]
        var files: [String] = []
        for (index, rule) in rules.enumerated() {
            let text = "groups: [{name: g, rules: [\(rule)]}]\n"
            files.append(try directory.write("rules\(index).yml", text.utf8))
        }
        let options = [["--max-reach", "2d"], ["--experimental"], ["--compat", "2"], ["--max-reach", "30d"]]
        for (file, option) in zip(files, options) {
            #expect(try await BuiltProgram.run(["check", "rules", file]).code == 1)
            #expect(try await BuiltProgram.run(["check", "rules", file] + option).code == 0, "\(option)")
            let test = "rule_files: [\(file)]\ntests: [{interval: 1m, input_series: [{series: up, values: '1x5'}]}]\n"
            let tests = try directory.write("tests.yml", test.utf8)
            // A test keeps all that it has.
            let own = option[0] == "--max-reach" ? [] : option
            #expect(try await BuiltProgram.run(["test", "rules", tests] + own).code == 0, "\(option)")
        }
        let wrong = try await BuiltProgram.run(["check", "rules", "--max-reach", "31d", files[0]])
        #expect(wrong.code == 2)
        #expect(wrong.errors.contains("--max-reach: \"31d\" is no duration from 1s to 30d"))
        await directory.remove()
    }

    @Test func `check rules warns of rules that make the same series`() async throws {
        let directory = try OwnedDirectory()
        let rules =
            "{alert: A, expr: up == 0, labels: {a: b}}, {alert: A, expr: up == 1, labels: {a: b}}, {alert: A, expr: up}"
        let file = try directory.write("rules.yml", "groups: [{name: g, rules: [\(rules)]}]\n".utf8)
        let result = try await BuiltProgram.run(["check", "rules", file])
        #expect(result.code == 0)
        #expect(result.errors.hasPrefix("\(file): warning: 2 rules have the alert A and the same labels"))
        await directory.remove()
    }

    @Test func `test rules says each file's verdict, and what differs`() async throws {
        let directory = try OwnedDirectory()
        try directory.write("rules.yml", "groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]\n".utf8)
        func file(_ name: String, _ expected: String) throws -> String {
            try directory.write(
                name,
                """
                rule_files: ['r*.yml', none.yml]
                tests:
                  - input_series: [{series: 'up{job="a"}', values: 0x9}]
                    alert_rule_test: [{eval_time: 2m, alertname: A, exp_alerts: [\(expected)]}]
                    promql_expr_test:
                      - {expr: 'count_over_time(up[2m])', eval_time: 5m, exp_samples: [{labels: '{job="a"}', value: 2}]}

                """.utf8)
        }
        let (good, bad) = (try file("good.yml", "{exp_labels: {job: a}}"), try file("bad.yml", ""))
        let result = try await BuiltProgram.run(["test", "rules", good, bad])
        #expect(result.code == 1)
        #expect(result.output == "\(good): ok: 2 checks\n")
        #expect(result.errors.contains("\(good): warning: there is no rule file none.yml\n"))
        #expect(result.errors.contains("\(bad): failed"))
        #expect(result.errors.hasSuffix("test 1: alert A at 2m:\n    + {alertname=\"A\", job=\"a\"}\n"))
        let missing = try await BuiltProgram.run(["test", "rules", directory.path + "/no.yml"])
        #expect(missing.code == 1 && missing.errors.contains("no.yml"))
        #expect(try await BuiltProgram.run(["test", "rules", "--compat", "4", good]).code == 2)
        await directory.remove()
    }

    @Test func `the sample rules and their tests pass`() async throws {
        let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/dashboards/rules"
        let names = ["agent", "domains", "host", "network", "storage"]
        for (arguments, suffix) in [(["check", "rules"], ""), (["test", "rules"], "/tests")] {
            let result = try await BuiltProgram.run(arguments + names.map { "\(folder)\(suffix)/\($0).yml" })
            #expect(result.code == 0)
            #expect(result.errors.isEmpty)
        }
    }

    @Test func `a port in use ends serve with a sentence`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let result = try await BuiltProgram.run(
            ["serve", "--connect", "test:///default", "--listen", "127.0.0.1:\(sink.port)"])
        #expect(result.code == 1)
        #expect(result.errors.contains("cannot listen on 127.0.0.1:\(sink.port): another program"))
    }

    @Test func `events of a running agent are shown in each form, and no agent is 4`() async throws {
        let directory = try OwnedDirectory()
        let demo = try BuiltProgram.start(["demo", "--listen", "127.0.0.1:0"], environment: ["TMPDIR": directory.path])
        try await waitUntil("it is there") { demo.standardOutput.contains("/metrics") }
        let port = try #require(
            demo.standardOutput.firstMatch(of: #/http://127.0.0.1:(\d+)/metrics/#).flatMap { Int($0.1) })
        let url = "http://127.0.0.1:\(port)/"
        try await waitUntil("a crash is shown") {
            try await BuiltProgram.run(["events", "--url", url]).output.contains("stopped_crashed")
        }
        let table = try await BuiltProgram.run(["events", "--url", url, "--name", "db-1", "--kind", "lifecycle"])
        #expect(table.code == 0 && table.output.hasPrefix("TIME") && !table.output.contains("web-"))
        let json = try await BuiltProgram.run(["events", "--url", url, "--output", "json", "--limit", "1"])
        #expect(json.output.hasPrefix(#"{"detail":"#) && json.output.split(separator: "\n").count == 1)
        let csv = try await BuiltProgram.run(["events", "--url", url, "--output", "csv"])
        #expect(csv.output.hasPrefix("id,time,host,object,name,uuid,kind,detail,note\n1,"))
        demo.signal(SIGINT)
        #expect(await demo.end() == .exited(0))
        let nobody = try await BuiltProgram.run(["events", "--url", url])
        #expect(nobody.code == 4 && nobody.output.isEmpty && nobody.errors.contains("is virtwarden serve running"))
        await directory.remove()
    }
}
