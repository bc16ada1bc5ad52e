// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Testing
import Vocabulary

@Suite struct LabelsTests {
    private static let pairs = [Label("b", "1"), Label("a", ""), Label("c", "2"), Label("c", ""), Label("b", "3")]

    @Test func `an empty value is no label, but a text all the same`() {
        #expect(Labels(Self.pairs).description == #"{b="3"}"#)
        #expect(Labels(texts: Self.pairs).description == #"{a="", b="3", c=""}"#)
        #expect(Labels(Self.pairs) != Labels(texts: Self.pairs))
        #expect(Labels(Self.pairs) == Labels([Label("b", "3")]))
    }

    @Test func `what is written down comes back as it was`() throws {
        for labels in [Labels(texts: Self.pairs), Labels(Self.pairs), .none] {
            let text = try JSONEncoder().encode(labels)
            #expect(try JSONDecoder().decode(Labels.self, from: text) == labels)
        }
    }
}
