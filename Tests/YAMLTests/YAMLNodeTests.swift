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

    @Test func `tags say what a scalar is, or are refused`() throws {
        func shown(_ text: String) throws -> String {
            let node = try #require(try YAMLNode.parse(text, path: "f.yml"))
            guard case .scalar(let text, let isPlain) = node.content else { return "no scalar" }
            return isPlain ? text : "text \(text)"
        }
        #expect(try shown("!!str ~") == "text ~")
        #expect(try shown("!!int '5'") == "5")
        #expect(try shown("!!float 1.5") == "1.5")
        #expect(try shown("!!null ''") == "")
        #expect(try shown("!!bool 'true'") == "true")
        #expect(try shown("!own 5") == "5")
        for text in ["!!int x", "!!float x", "!!null x", "!!bool yes", "!!binary aGVsbG8="] {
            #expect(problem("a: " + text)?.hasPrefix("f.yml:1:4: ") == true, "\(text)")
            #expect(problem("a: " + text)?.contains("cannot be read as its tag tag:yaml.org,2002:") == true, "\(text)")
        }
    }

    @Test func `a bomb of nesting or of size is refused`() {
        #expect(problem(String(repeating: "[", count: 100_000))?.contains("levels deep") == true)
        #expect(problem(String(repeating: "a", count: 5 << 20))?.contains("more than the limit") == true)
        #expect(problem("[" + String(repeating: "1,", count: 210_000) + "1]")?.contains("more than 200000") == true)
    }

    private func shared(_ text: String) -> String {
        do throws(Problem) {
            return try YAMLNode.parse(text, path: "f.yml", allowsAliases: true).map(show) ?? "nothing"
        } catch {
            return error.description
        }
    }

    private func show(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let text, _): text
        case .sequence(let items): "[" + items.map(show).joined(separator: ",") + "]"
        case .mapping(let pairs): "{" + pairs.map { "\(show($0.key)):\(show($0.value))" }.joined(separator: ",") + "}"
        }
    }

    @Test(arguments: [
        ("a: &x 1\nb: *x", "{a:1,b:1}"), ("a: &x {b: [1]}\nc: [*x, *x]", "{a:{b:[1]},c:[{b:[1]},{b:[1]}]}"),
        ("a: &x 1\nb: &x 2\nc: *x", "{a:1,b:2,c:2}"), ("&x a: 1\nb: *x", "{a:1,b:a}"),
        ("&x a: 1\nb: {*x : 2}", "{a:1,b:{a:2}}"),
        ("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}", "{a:{k:1,l:2},b:{l:3,k:1}}"),
        ("b: {<<: [{k: 1}, {k: 2, l: 3}]}", "{b:{k:1,l:3}}"), ("b: {\"<<\": 1}", "{b:{<<:1}}"),
        ("b: {<<: 5}", "f.yml:1:5: << needs a mapping, or a list of mappings"),
        ("b: *x", "f.yml:1:4: no anchor &x stands before this alias"),
        ("a: &x [*x]", "f.yml:1:8: no anchor &x stands before this alias"),
        ("a: &x 1\n*x : 2\na: 3", "f.yml:3:1: key \"a\" is there twice, first in line 1"),
    ])
    func `aliases and merge keys stand for what they name, where they are allowed`(text: String, expected: String) {
        #expect(shared(text) == expected)
    }

    @Test func `a bomb of aliases is refused`() {
        var laughs = "a0: &a0 [1,1,1,1,1,1,1,1,1]\n"
        for level in 1...9 {
            laughs += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]\n"
        }
        #expect(shared(laughs).contains("more than 200000 values"))
        var deep = "a0: &a0 [1]\n"
        for level in 1...60 { deep += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(shared(deep).contains("levels deep"))
        var merges = "a: &a {\((0..<1000).map { "k\($0): 1" }.joined(separator: ","))}\n"
        for index in 0..<300 { merges += "b\(index): {<<: *a}\n" }
        #expect(shared(merges).contains("more than 200000 values"))
    }
}
