// SPDX-License-Identifier: Apache-2.0
import Testing
import YAML

@Suite struct YAMLNodeTests {
    private func problem(_ text: String) -> String? {
        do throws(Problem) {
            _ = try YAMLNode.parse(text, path: "f.yml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `values keep their places and quotes their meaning`() throws {
        let root = try #require(try YAMLNode.parse("a: 1\nb:\n  - \"2\"\n  - x\n", path: "f"))
        guard case .mapping(let pairs) = root.content, case .sequence(let items) = pairs[1].value.content else {
            Issue.record("not a mapping with a list")
            return
        }
        #expect(pairs.map { $0.key.text } == ["a", "b"])
        #expect([items[0].line, items[0].column, items[1].line] == [3, 5, 4])
        guard case .scalar("2", isPlain: false) = items[0].content else {
            Issue.record("the quotes are lost")
            return
        }
    }

    @Test func `an empty document is nil, and null counts as absent`() throws {
        #expect(try YAMLNode.parse("", path: "f") == nil)
        #expect(try YAMLNode.parse("# only a comment\n", path: "f") == nil)
        #expect(try YAMLNode.parse("~", path: "f")?.isNull == true)
        #expect(try YAMLNode.parse("\"~\"", path: "f")?.isNull == false)
    }

    @Test(arguments: [
        ("a: [1, 2", "f.yml:2:1: not YAML"), ("a: 1\na: 2", "f.yml:2:1: key \"a\" is there twice, first in line 1"),
        ("a: &x 1", "f.yml:1:4: anchors"), ("a: *x", "f.yml:1:4: aliases"), ("<<: {a: 1}", "merge keys"),
        ("a: 1\n---\nb: 1", "f.yml:2:1: a second document"), ("a:\tb\n\t- c", "f.yml:2"), ("[a]: 1", "plain word"),
        ("a: \u{7}", "not YAML"),
    ])
    func `what is not accepted is named with its place`(text: String, start: String) {
        #expect(problem(text)?.contains(start) == true, "\(problem(text) ?? "accepted")")
    }

    @Test func `a bomb of nesting or of size is refused`() {
        #expect(problem(String(repeating: "[", count: 100_000))?.contains("levels deep") == true)
        #expect(problem(String(repeating: "a", count: 5 << 20))?.contains("more than the limit") == true)
        #expect(problem("[" + String(repeating: "1,", count: 210_000) + "1]")?.contains("more than 200000") == true)
    }
}
