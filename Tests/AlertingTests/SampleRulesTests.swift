// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import PromQL
import TestHosts
import Testing
import Vocabulary
import YAML

@testable import Alerting

/// The rules that users get, and their unit tests.
@Suite struct SampleRulesTests {
    private static let folder =
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/dashboards"
    private static let names = ["agent", "domains", "host", "network", "storage"]

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: URL(filePath: "\(folder)/\(path)"), encoding: .utf8)
    }

    private static func groups(_ name: String, as dialect: Dialect = .default) throws -> [RuleGroup] {
        try RuleFile.parse(text("rules/\(name).yml"), path: "\(name).yml", as: dialect).get()
    }

    @Test func `no file is without tests, and no test without a file`() throws {
        let expected = Self.names.map { "\($0).yml" }
        for folder in ["rules", "rules/tests"] {
            let found = try FileManager.default.contentsOfDirectory(atPath: "\(Self.folder)/\(folder)")
            #expect(found.filter { $0.hasSuffix(".yml") }.sorted() == expected)
        }
    }

    @Test(arguments: names)
    func `the tests pass, here by both versions of PromQL and with promtool`(name: String) async throws {
        let tests = try UnitTestFile.parse(Self.text("rules/tests/\(name).yml"), path: "\(name).yml").get()
        #expect(tests.ruleFiles == ["../\(name).yml"])
        for version in [Dialect.Version.two, .three] {
            let dialect = Dialect(version: version)
            let failures = tests.failures(of: try Self.groups(name, as: dialect), as: dialect)
            #expect(failures.isEmpty, "\(failures.map(\.description).joined(separator: "\n"))")
        }
        try await run("promtool", ["check", "rules", "\(Self.folder)/rules/\(name).yml"])
        try await run("promtool", ["test", "rules", "\(Self.folder)/rules/tests/\(name).yml"])
    }

    @Test(arguments: names)
    func `every alert has a test in which it fires, and one in which it is quiet`(name: String) throws {
        let tests = try UnitTestFile.parse(Self.text("rules/tests/\(name).yml"), path: "\(name).yml").get().tests
        let checks = tests.flatMap(\.alerts)
        for rule in try Self.groups(name).flatMap(\.rules) where rule.kind == .alert {
            let own = checks.filter { $0.name == rule.name }
            #expect(own.contains { !$0.expected.isEmpty }, "\(rule.name)")
            #expect(own.contains { $0.expected.isEmpty }, "\(rule.name)")
        }
    }

    @Test(arguments: names)
    func `every alert has a severity, a summary and a description`(name: String) throws {
        for rule in try Self.groups(name).flatMap(\.rules) where rule.kind == .alert {
            let severity = rule.labels.first { $0.name == "severity" }?.value.text ?? ""
            #expect(["critical", "warning", "info"].contains(severity), "\(rule.name)")
            #expect(rule.annotations.map(\.name).sorted() == ["description", "summary"], "\(rule.name)")
        }
    }

    @Test func `every name that a rule reads is a metric of the agent, or is made by a rule`() throws {
        let rows = try Self.text("METRICS.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
        let metrics = Set(rows.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
        #expect(metrics.count > 200)
        let groups = try Self.names.flatMap { try Self.groups($0) }
        let made = groups.flatMap(\.rules).filter { $0.kind == .record }.map(\.name)
        var names: Set<String> = []
        for group in groups {
            let read = try #require(group.readNames, "a rule of \(group.name) reads any name")
            for name in read { #expect(metrics.contains(name) || made.contains(name), "\(name)") }
            for rule in group.rules { #expect(names.insert(rule.name).inserted, "\(rule.name) is there twice") }
        }
    }
}
