// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Testing

@Suite struct MetadataPathsTests {
    private func texts(_ metadata: String, _ expression: String) throws -> [String: String] {
        let paths = MetadataPaths(paths: [.init(name: "x", expression: expression)])
        return try DomainDescription.parse(
            "<domain><metadata>\(metadata)</metadata></domain>", metadata: paths
        ).metadata
    }

    @Test func `a path is relative to the metadata element`() throws {
        #expect(try texts("<a>1</a>", "a") == ["x": "1"])
        #expect(try texts("<a>1</a>", "metadata/a") == [:])
        #expect(try texts("", "a") == [:])
        #expect(try DomainDescription.parse("<domain/>").metadata == [:])
    }

    @Test func `a text of any length is cut`() throws {
        let text = try texts("<a>\(String(repeating: "ä", count: 100_000))</a>", "a")
        #expect(text["x"]?.unicodeScalars.count == 4096)
    }

    @Test func `an evaluation that would take for ever ends`() throws {
        let many = String(repeating: "<a><b/></a>", count: 50_000)
        let began = ContinuousClock.now
        #expect(try texts(many, "count(//a[count(//a[count(//b) > 1]) > 1])") == [:])
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    @Test(arguments: ["", "a[", "p:a", "a b", "$x", "foo()"])
    func `what is no expression is told`(expression: String) {
        #expect(MetadataPaths().problem(of: expression) != nil)
    }

    @Test(arguments: ["a", "p:a/@b", "string(//p:c)", "'const'", "count(a) + 1"])
    func `what is one is not`(expression: String) {
        #expect(MetadataPaths(namespaces: ["p": "urn:p"]).problem(of: expression) == nil)
    }
}
