// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Alerting

@Suite struct ReadIndexTests {
    private func index(_ expressions: [String]) throws -> ReadIndex {
        ReadIndex(
            try expressions.enumerated().flatMap { number, expression in
                try RuleFile.parse(
                    "groups: [{name: g\(number), rules: [{alert: A, expr: '\(expression)'}]}]", path: "r.yml"
                ).get()
            })
    }

    private static let rules = [
        "down{d=~\"web-.*\"} == 1", "up == 0 or down{d=\"db\"}", "{d=\"any\"} > 1", "vector(1)", "down",
    ]

    @Test(arguments: [
        ([("down", "web-1")], [0, 4]), ([("down", "db")], [1, 4]), ([("up", "x")], [1]), ([("other", "x")], []),
        ([("other", "any")], [2]), ([("up", "any"), ("down", "x")], [1, 2, 4]), ([], []),
    ])
    func `a group is found by name, then by its conditions`(series: [(String, String)], groups: [Int]) throws {
        let labels = series.map { Labels(name: $0.0, [("d", $0.1)]) }
        #expect(try index(Self.rules).groups(reading: labels) == groups)
    }

    @Test func `of very many series only the names are looked at`() throws {
        let many = (0..<5000).map { Labels(name: "down", [("d", "x\($0)")]) }
        #expect(try index(Self.rules).groups(reading: many) == [0, 1, 2, 4])
    }

    @Test func `a thousand domains and groups are asked in no time`() throws {
        let index = try index((0..<1000).map { "m\($0){d=~\"web-\($0).*\"} > 0" })
        let start = ContinuousClock.now
        for number in 0..<1000 {
            #expect(index.groups(reading: [Labels(name: "m\(number)", [("d", "web-\(number)")])]) == [number])
        }
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}
