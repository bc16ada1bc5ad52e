// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Remediation
import Testing

/// The scenarios: a folder each, with what happens and the log that is expected.
@Suite struct ScenarioTests {
    static let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Scenarios"

    static var names: [String] {
        // Silence is right: without the folder, the count below fails.
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasSuffix(".md") }.sorted()
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test(arguments: names) func `plays as it should`(name: String) throws {
        let simulation = try ScenarioScript(Self.text("\(Self.folder)/\(name)/script.txt")).play()
        #expect(simulation.book.wrongs == [])
        let lines = simulation.log.lines.joined(separator: "\n") + "\n"
        let path = "\(Self.folder)/\(name)/expected.txt"
        if ProcessInfo.processInfo.environment["VIRTWARDEN_WRITE_SCENARIOS"] != nil {
            try lines.write(toFile: path, atomically: true, encoding: .utf8)
        }
        let expected = try Self.text(path)
        #expect(lines == expected, "\(name)\n\(lines)")
    }

    /// Scenarios that are no matter of the state machine alone, and the file of tests whose name says its number.
    static let elsewhere: [Int: String] = [
        30: "virtwardenTests/RemediationScenarioTests.swift",
        31: "virtwardenTests/RemediationScenarioTests.swift",
        32: "virtwardenTests/RemediationScenarioTests.swift",
        37: "virtwardenTests/JournalFaultTests.swift",
        38: "virtwardenTests/RemediationScenarioTests.swift",
        40: "virtwardenTests/RemediationScenarioTests.swift",
    ]

    @Test func `each of the 42 scenarios has its test, and the table names it`() throws {
        let played = Set(Self.names.compactMap { Int($0.prefix(2)) })
        #expect(played.union(Self.elsewhere.keys).isSuperset(of: 1...42))
        #expect(played.isDisjoint(with: Self.elsewhere.keys))
        let tests = Self.folder.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
        for (number, file) in Self.elsewhere {
            #expect(try Self.text("\(tests)/\(file)").contains("scenario \(number): "), "\(number)")
        }
        let table = try Self.text("\(Self.folder)/README.md").split(separator: "\n")
        for number in 1...42 {
            let row = try #require(table.first { $0.hasPrefix("| \(number) |") }, "\(number)")
            let test = Self.elsewhere[number] ?? Self.names.first { Int($0.prefix(2)) == number } ?? "nothing"
            #expect(row.contains(test), "\(row)")
        }
    }
}
