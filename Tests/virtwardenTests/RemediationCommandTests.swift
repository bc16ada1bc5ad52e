// SPDX-License-Identifier: Apache-2.0
import TestHosts
import Testing

/// `virtwarden remediation` beside a running agent and a real libvirtd.
@Suite(.serialized, .timeLimit(.minutes(1))) struct RemediationCommandTests {
    @Test func `what a domain wishes is written and obeyed, and what was done is told`() async throws {
        let scene = try await Scenario()
        for name in ["web", "kept"] {
            try await scene.host.define(name)
            try await scene.host.start(name, booted: false)
        }
        func set(_ words: String...) async throws -> (code: Int32?, output: String, errors: String) {
            try await BuiltProgram.run(["remediation", "set", "kept", "--connect", scene.host.uri] + words)
        }
        #expect(try await set("--mode", "AUTO!!").code == 2)
        #expect(try await set("--mode", "observe", "--hold-by", #"a<&">"#).code == 0)
        #expect(try await set("--attempts", "3").code == 0)
        for flag in [[], ["--inactive"]] {
            let xml = try await scene.host.xml("kept", flag)
            #expect(xml.contains("attempts=\"3\"") && xml.contains("mode=\"observe\""), "\(xml)")
        }
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="kept",state="running"} 1"#)
        for name in ["web", "kept"] { try scene.host.kill(name) }
        try await waitUntil("both are judged") {
            !agent.lines("decision", "outcome=succeeded", "domain=web").isEmpty
                && !agent.lines("decision", "outcome=would-act", "domain=kept").isEmpty
        }
        let url = "http://127.0.0.1:\(port)"
        let list = try await BuiltProgram.run(["remediation", "list", "--url", url])
        #expect(list.code == 0 && list.output.contains("probation") && list.output.contains("would-act"), "\(list)")
        let history = try await BuiltProgram.run(["remediation", "history", "--url", url, "--output", "csv"])
        #expect(
            history.output.split(separator: "\n").count == 2 && history.output.contains(",start,done"), "\(history)")
        let kept = try await BuiltProgram.run(["remediation", "explain", "kept", "--url", url])
        #expect(kept.output.contains("its metadata asks for the mode observe"), "\(kept)")
        let none = try await BuiltProgram.run(["remediation", "explain", "nobody", "--url", url])
        #expect(none.code == 1)
        #expect(try await set("--clear").code == 0)
        #expect(try await !scene.host.xml("kept", []).contains("urn:virtwarden"))
        #expect(await scene.stop(agent) == .exited(0))
    }
}

extension PrivateLibvirtd {
    fileprivate func xml(_ name: String, _ flags: [String]) async throws -> String {
        flags.isEmpty
            ? try await virsh("dumpxml", name) : try await virsh("dumpxml", name, flags[0])
    }
}
