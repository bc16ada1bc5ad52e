// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

@Suite struct PromQLCommandTests {
    private static let up = #"{"labels": {"__name__": "up", "a": "x"}, "interval": 60000, "values": "#

    /// The answers to `lines`.
    private func answers(_ lines: [String], _ arguments: [String] = []) async throws -> [String] {
        let directory = try OwnedDirectory()
        let file = try directory.write("lines", (lines.joined(separator: "\n") + "\n").utf8)
        let child = try ChildProcess(BuiltProgram.path, ["promql", "eval"] + arguments, standardInput: file)
        let ending = await child.end()
        await directory.remove()
        #expect(ending == .exited(0), "\(child.standardError)")
        return child.standardOutput.split(separator: "\n").map(String.init)
    }

    @Test func `each line is answered in order, in the form of Prometheus's API, with its id`() async throws {
        let load = Self.up + #"["1", 2.5, null, "stale", "NaN", "+Inf", "0x1p4", "1e-7", "-Inf"]}"#
        let answers = try await answers([
            #"{"id": 1, "load": [\#(load)], "eval": {"kind": "instant", "expr": "up[1h]", "time": 480500}}"#,
            #"{"id": "b", "load": [\#(load)], "eval": {"kind": "instant", "expr": "sum(up)", "time": 60500}}"#,
            #"{"id": [1, {"c": null}], "eval": {"kind": "range", "expr": "time()", "start": 0, "end": 900, "step": 500}}"#,
            #"{"eval": {"kind": "instant", "expr": "1e22", "time": -500}}"#,
            #"{"id": true, "eval": {"kind": "instant", "expr": "\"é\\n\"", "time": 1}}"#,
        ])
        let end = #","warnings":[],"infos":[]}"#
        #expect(
            answers == [
                #"{"id":1,"status":"success","data":{"resultType":"matrix","result":["#
                    + #"{"metric":{"__name__":"up","a":"x"},"values":[[0,"1"],[60,"2.5"],[240,"NaN"],[300,"+Inf"],"#
                    + #"[360,"16"],[420,"1e-07"],[480,"-Inf"]]}]}"# + end,
                #"{"id":"b","status":"success","data":{"resultType":"vector","result":["#
                    + #"{"metric":{},"value":[60.500,"2.5"]}]}"# + end,
                #"{"id":[1,{"c":null}],"status":"success","data":{"resultType":"matrix","result":["#
                    + #"{"metric":{},"values":[[0,"0"],[0.500,"0.5"]]}]}"# + end,
                #"{"id":null,"status":"success","data":{"resultType":"scalar","result":[-0.500,"10000000000000000000000"]}"#
                    + end,
                #"{"id":true,"status":"success","data":{"resultType":"string","result":[0.001,"é\n"]}"# + end,
            ])
    }

    @Test func `a later load wins where both have a sample, in whatever order times come`() async throws {
        let loads = [
            Self.up + "[1, 2, 3]}",
            #"{"labels": {"a": "x", "__name__": "up"}, "interval": 30000, "values": [null, 7, 8]}"#,
            Self.up + #"[9, null, "stale"]}"#,
        ]
        let line =
            #"{"id": 1, "load": [\#(loads.joined(separator: ", "))], "#
            + #""eval": {"kind": "instant", "expr": "up[1h]", "time": 600000}}"#
        let answer = try await answers([line]).first
        #expect(answer?.contains(#""values":[[0,"9"],[30,"7"],[60,"8"]]"#) == true, "\(answer ?? "")")
    }

    @Test func `series are in the order of their labels, however they come`() async throws {
        let loads = ["b", "+Inf", "a"].map {
            #"{"labels": {"__name__": "up", "a": "\#($0)"}, "interval": 1, "values": [1]}"#
        }
        let ask = #""eval": {"kind": "instant", "expr": "topk(1, up)", "time": 0}}"#
        let answer = try await answers([#"{"id": 1, "load": [\#(loads.joined(separator: ","))], \#(ask)"#]).first ?? ""
        #expect(answer.contains(#"[{"metric":{"__name__":"up","a":"+Inf"},"value":[0,"1"]}]"#), "\(answer)")
    }

    @Test func `each line starts with no series`() async throws {
        let ask = #""eval": {"kind": "instant", "expr": "up", "time": 0}}"#
        let answers = try await answers([#"{"id": 1, "load": [\#(Self.up)[1]}], \#(ask)"#, #"{"id": 2, \#(ask)"#])
        #expect(answers[0].contains(#"[0,"1"]"#))
        #expect(answers[1].contains(#""result":[]"#))
    }

    @Test(arguments: [
        "1", "-7", "9223372036854775807", "18446744073709551615", "0.5", #""a\"é/""#, "null", "true", "[1,[],{}]",
        #"{"a":{"b":null}}"#,
    ])
    func `an id of any kind comes back as it was`(id: String) async throws {
        let good = #"{"id": \#(id), "eval": {"kind": "instant", "expr": "1", "time": 0}}"#
        let bad = #"{"id": \#(id), "eval": {"kind": "instant", "expr": "1 +", "time": 0}}"#
        let answers = try await answers([good, bad])
        #expect(answers.map { $0.hasPrefix(#"{"id":\#(id),"status":""#) } == [true, true], "\(answers)")
    }

    @Test(arguments: [
        ("", "cannot read the line"),
        ("nonsense", "cannot read the line"),
        ("[1]", "cannot read the line"),
        (#"{"id": 7}"#, "\"eval\\\" is missing"),
        (#"{"id": 7, "eval": {"kind": "instant", "time": 0}}"#, "eval: \\\"expr\\\" is missing"),
        (#"{"id": 7, "eval": {"kind": "later", "expr": "1", "time": 0}}"#, "eval.kind"),
        (#"{"id": 7, "eval": {"kind": "instant", "expr": "1"}}"#, "needs time"),
        (#"{"id": 7, "eval": {"kind": "instant", "expr": "1 +", "time": 0}}"#, "1:"),
        (#"{"id": 7, "eval": {"kind": "instant", "expr": "1", "time": "0"}}"#, "eval.time"),
        (#"{"id": 7, "eval": {"kind": "instant", "expr": "1", "time": -9223372036854775808}}"#, "too far from 1970"),
        (
            #"{"id": 7, "eval": {"kind": "instant", "expr": "1", "time": 1.5}}"#,
            "eval.time: expected milliseconds, a whole number"
        ),
        (#"{"id": 7, "eval": {"kind": "range", "expr": "1", "start": 0, "end": 9}}"#, "needs start, end and step"),
        (#"{"id": 7, "eval": {"kind": "range", "expr": "1", "start": 0, "end": 9, "step": 0}}"#, "not positive"),
        (#"{"id": 7, "eval": {"kind": "range", "expr": "1", "start": 9, "end": 0, "step": 1}}"#, "before the start"),
        (#"{"id": 7, "eval": {"kind": "range", "expr": "1", "start": 0, "end": 9000000, "step": 1}}"#, "steps"),
        (
            #"{"id": 7, "eval": {"kind": "range", "expr": "1", "start": 9223372036854775800, "end": 9223372036854775807, "#
                + #""step": 5}}"#, "too far from 1970"
        ),
    ])
    func `a bad line is answered by what is wrong, and the next goes on`(line: String, sentence: String) async throws {
        let good = #"{"id": 8, "eval": {"kind": "instant", "expr": "1", "time": 0}}"#
        let answers = try await answers([line, good])
        try #require(answers.count == 2)
        #expect(
            answers[0].hasPrefix(
                #"{"id":\#(line.contains("7,") || line.contains("7}") ? "7" : "null"),"status":"error""#))
        #expect(answers[0].contains(sentence), "\(answers[0])")
        #expect(answers[1].hasPrefix(#"{"id":8,"status":"success""#))
    }

    @Test(arguments: [
        (#"60000, "values": ["0xZ"]"#, "value 0, is no number"),
        (#"60000, "values": [1, ""]"#, "value 1, is no number"),
        (#"60000, "values": [1, [1]]"#, "values"), (#"60000, "values": 1"#, "values"), (#"60000"#, "values"),
        (#""1m", "values": [1]"#, "load.0.interval: expected milliseconds"),
        (#"1e30, "values": [1]"#, "load.0.interval: expected milliseconds"), (#"0, "values": [1, 2]"#, "not positive"),
        (#"-60000, "values": [1]"#, "not positive"), (#"9223372036854775807, "values": [1, 2, 3]"#, "go on after"),
    ])
    func `a wrong series is an error`(rest: String, sentence: String) async throws {
        let line =
            #"{"id": 7, "load": [{"labels": {"__name__": "up"}, "interval": \#(rest)}], "#
            + #""eval": {"kind": "instant", "expr": "1", "time": 0}}"#
        let answer = try await answers([line]).first ?? ""
        #expect(answer.hasPrefix(#"{"id":7,"status":"error""#) && answer.contains(sentence), "\(answer)")
    }

    @Test func `long lines are read, and deep ones do no harm`() async throws {
        let values = (0..<300_000).map { $0.isMultiple(of: 2) ? "\($0)" : "\"\($0)\"" }.joined(separator: ",")
        let long =
            #"{"id": 1, "load": [{"labels": {"__name__": "up"}, "interval": 1000, "values": [\#(values)]}], "#
            + #""eval": {"kind": "instant", "expr": "max_over_time(up[1h])", "time": 299999000}}"#
        let deep = #"{"id": "# + String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000) + "}"
        let expression = String(repeating: "(", count: 60_000)
        let nested = #"{"id": 3, "eval": {"kind": "instant", "expr": "\#(expression)", "time": 0}}"#
        let answers = try await answers([long, deep, nested])
        #expect(answers.count == 3)
        #expect(answers[0].contains(#","299999"]"#), "\(answers[0].prefix(300))")
        #expect(answers[1].hasPrefix(#"{"id":null,"status":"error""#))
        #expect(answers[2].hasPrefix(#"{"id":3,"status":"error""#))
    }

    @Test func `an answer is there before the next line`() async throws {
        let directory = try OwnedDirectory()
        let fifo = "\(directory.path)/lines"
        try #require(mkfifo(fifo, 0o600) == 0)
        let end = open(fifo, O_RDWR | O_CLOEXEC)
        try #require(end >= 0)
        let child = try ChildProcess(BuiltProgram.path, ["promql", "eval"], standardInput: fifo)
        for id in 1...2 {
            let line = Array("{\"id\": \(id), \"eval\": {\"kind\": \"instant\", \"expr\": \"1\", \"time\": 0}}\n".utf8)
            #expect(write(end, line, line.count) == line.count)
            try await waitUntil("line \(id) is answered") {
                child.standardOutput.contains("{\"id\":\(id),\"status\":\"success\"")
                    && child.standardOutput.hasSuffix("\n")
            }
        }
        close(end)
        #expect(await child.end() == .exited(0))
        await directory.remove()
    }

    @Test func `the version is 2 or 3`() async throws {
        let result = try await BuiltProgram.run(["promql", "eval", "--compat", "4"])
        #expect(result.code == 2)
        #expect(result.errors.contains("--compat: 4 is neither 2 nor 3"))
    }
}
