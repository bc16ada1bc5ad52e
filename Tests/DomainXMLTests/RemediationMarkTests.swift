// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Testing

/// Metadata of this program's, whoever wrote it.
@Suite struct RemediationMarkTests {
    private func mark(_ metadata: String) throws -> RemediationMark? {
        try DomainDescription.parse(
            "<domain><metadata>\(metadata)</metadata></domain>"
        ).remediation
    }

    private static let namespace = "xmlns:r='urn:virtwarden:remediation:1'"

    @Test func `attributes are read as they stand`() throws {
        let found = try mark("<r:remediation \(Self.namespace) mode='auto' policy='a &amp; b' r:x='y'/>")
        #expect(found == RemediationMark(attributes: ["mode": "auto", "policy": "a & b"]))
        #expect(found?.element == #"<remediation mode="auto" policy="a &amp; b"/>"#)
    }

    @Test(arguments: ["", "<remediation mode='auto'/>", "<r:remediation xmlns:r='urn:other' mode='auto'/>"])
    func `what is in no namespace of ours is nothing`(metadata: String) throws {
        #expect(try mark(metadata) == nil)
    }

    @Test func `hostile ones are bounded and told`() throws {
        let long = String(repeating: "x", count: 1 << 20)
        #expect(
            try mark("<r:remediation \(Self.namespace) mode='\(long)'/>")
                == RemediationMark(problems: ["mode is longer than 256 bytes"]))
        #expect(
            try mark("<r:other \(Self.namespace) mode='auto'/>")
                == RemediationMark(problems: ["its element is not <remediation>"]))
        let twice = "<r:remediation \(Self.namespace) mode='off'/>"
        #expect(try mark(twice + twice)?.problems == ["it is there more than once"])
        let many = (0..<5_000).map { "a\($0)='1'" }.joined(separator: " ")
        let found = try mark("<r:remediation \(Self.namespace) \(many)/>")
        #expect(found?.attributes.count == 32 && found?.problems == ["it has too many attributes"])
    }
}
