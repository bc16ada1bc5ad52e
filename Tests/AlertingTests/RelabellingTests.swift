// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Alerting

@Suite struct RelabellingTests {
    private let labels = Labels([
        Label("alertname", "DomainCrashed"), Label("domain", "Web-1"), Label("host", "n1"), Label("severity", "page"),
    ])

    private func apply(_ steps: Relabelling...) -> String? {
        Relabelling.apply(steps, to: labels).map { "\($0)" }
    }

    private let rest = #"alertname="DomainCrashed", domain="Web-1""#

    @Test func `replace joins sources, puts groups in, and takes a label away that becomes empty`() throws {
        #expect(
            try apply(
                Relabelling(
                    sources: ["host", "domain"], separator: "/", target: "id", regex: "(.+)/(\\w+).*",
                    replacement: "$2 on ${1}"))
                == #"{\#(rest), host="n1", id="Web on n1", severity="page"}"#)
        #expect(
            try apply(Relabelling(sources: ["host"], target: "host", replacement: ""))
                == #"{\#(rest), severity="page"}"#)
        #expect(
            try apply(Relabelling(target: "team", replacement: "ops"))
                == #"{\#(rest), host="n1", severity="page", team="ops"}"#)
    }

    @Test func `replace that does not match the whole text, or names no label, changes nothing`() throws {
        let before = "\(labels)"
        #expect(try apply(Relabelling(sources: ["host"], target: "host", regex: "n", replacement: "x")) == before)
        #expect(try apply(Relabelling(sources: ["domain"], target: "$1", regex: "(.*)", replacement: "x")) == before)
        #expect(
            try apply(Relabelling(sources: ["host"], target: "label_$1", replacement: "x"))
                == #"{\#(rest), host="n1", label_n1="x", severity="page"}"#)
    }

    @Test(arguments: [
        (Relabelling.Action.keep, "n.", true), (.keep, "n", false), (.drop, "n1", false), (.drop, "x", true),
    ])
    func `keep and drop`(action: Relabelling.Action, regex: String, stays: Bool) throws {
        #expect(try (apply(Relabelling(action, sources: ["host"], regex: regex)) != nil) == stays)
    }

    @Test func `keepequal and dropequal compare with the target`() throws {
        #expect(try apply(Relabelling(.keepequal, sources: ["host"], target: "domain")) == nil)
        #expect(try apply(Relabelling(.keepequal, sources: ["host"], target: "host")) != nil)
        #expect(try apply(Relabelling(.dropequal, sources: ["none"], target: "missing")) == nil)
        #expect(try apply(Relabelling(.dropequal, sources: ["host"], target: "domain")) != nil)
    }

    @Test func `names are mapped, dropped and kept`() throws {
        #expect(
            try apply(Relabelling(.labelmap, regex: "(ho)st", replacement: "${1}st_name"))
                == #"{\#(rest), host="n1", host_name="n1", severity="page"}"#)
        #expect(try apply(Relabelling(.labeldrop, regex: "host|sev.*")) == "{\(rest)}")
        #expect(try apply(Relabelling(.labelkeep, regex: "alertname|domain")) == "{\(rest)}")
    }

    @Test func `cases`() throws {
        #expect(
            try apply(
                Relabelling(.lowercase, sources: ["domain"], target: "domain"),
                Relabelling(.uppercase, sources: ["domain", "host"], target: "host"),
                Relabelling(.labelkeep, regex: "domain|host")) == #"{domain="web-1", host="WEB-1;N1"}"#)
    }

    /// RFC 1321, appendix A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a"
        ),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
    ])
    func `MD5 is MD5`(text: String, digest: String) {
        let hex = MD5.digest(of: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == digest)
    }

    @Test func `hashmod takes the last eight bytes`() throws {
        // 0xd6963f7d28e17f72 mod 1000 of "abc".
        let steps = [try Relabelling(.hashmod, sources: ["x"], target: "shard", modulus: 1000)]
        let result = Relabelling.apply(steps, to: Labels([Label("x", "abc")]))
        #expect(result?["shard"] == "\(0xd696_3f7d_28e1_7f72 as UInt64 % 1000)")
    }

    @Test func `a pattern that is none is named`() {
        let error = #expect(throws: RelabellingError.self) { try Relabelling(.keep, regex: "(") }
        #expect(error?.description.contains(#"regular expression "(""#) == true)
    }
}
