// SPDX-License-Identifier: Apache-2.0
import Testing
import YAML

@Suite struct MappingReaderTests {
    private func read(_ text: String, _ body: (inout MappingReader) -> Void) throws -> [String] {
        let problems = ProblemList(path: "f.yml")
        let root = try #require(try YAMLNode.parse(text, path: "f.yml"))
        guard var reader = MappingReader(root, problems) else { return problems.problems.map(\.description) }
        body(&reader)
        reader.end()
        return problems.problems.map(\.description)
    }

    @Test func `what is right is read without a problem`() throws {
        let problems = try read("a: x\nn: 3\nb: true\nl: [p, q]\nm: {k: v}\nempty:\n") { reader in
            #expect(reader.string("a") == "x")
            #expect(reader.int("n", in: 0...9) == 3)
            #expect(reader.bool("b") == true)
            #expect(reader.strings("l") == ["p", "q"])
            #expect(reader.texts("m")?.map(\.text) == ["v"])
            #expect(reader.string("empty") == nil)
        }
        #expect(problems == [])
    }

    @Test func `every problem is told at once, with path and place`() throws {
        let problems = try read("n: x\nb: yes\nl: 5\npolicies:\n  - budget: {attempts: 0}\n") { reader in
            #expect(reader.int("n", in: 0...9) == nil)
            #expect(reader.bool("b") == nil)
            #expect(reader.strings("l") == nil)
            #expect(reader.required("name") == nil)
            for var policy in reader.mappings("policies") ?? [] {
                if var budget = policy.mapping("budget") {
                    #expect(budget.int("attempts", in: 1...5) == nil)
                    budget.end()
                }
                policy.end()
            }
        }
        #expect(
            problems == [
                "f.yml:1:4: n: expected a whole number from 0 to 9, found \"x\"",
                "f.yml:2:4: b: expected true or false, found \"yes\"", "f.yml:3:4: l: expected a list, found \"5\"",
                "f.yml:1:1: name: is missing",
                "f.yml:5:24: policies[0].budget.attempts: expected a whole number from 1 to 5, found \"0\"",
            ])
    }

    @Test func `an unknown key gets the nearest known one as a hint`() throws {
        let problems = try read("intervall: 1\nzzz: 1\n") { reader in
            _ = reader.string("interval")
            _ = reader.string("limit")
        }
        #expect(
            problems == [
                "f.yml:1:1: unknown key \"intervall\"; did you mean \"interval\"?", "f.yml:2:1: unknown key \"zzz\"",
            ])
    }

    @Test func `what is no mapping at all says so`() throws {
        #expect(try read("- a\n") { _ in } == ["f.yml:1:1: expected a mapping (key: value), found a list"])
    }
}
