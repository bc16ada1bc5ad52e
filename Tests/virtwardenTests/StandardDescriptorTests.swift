// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import TestHosts
import Testing

/// The program, started with some of its first three descriptors closed.
@Suite struct StandardDescriptorTests {
    @Test(arguments: [[2], [1, 2], [0], [0, 1, 2]])
    func `no file of the agent's takes the place of a standard descriptor that is closed`(closed: [Int]) async throws {
        let directory = try OwnedDirectory()
        let file = try directory.write(
            "config.yml",
            """
            connections: [{name: t, uri: "test:///default"}]
            web: {listen: ["unix:\(directory.path)/web.sock"]}
            state: {directory: "\(directory.path)/state"}

            """.utf8)
        let closing = closed.map { $0 == 0 ? "0<&-" : "\($0)>&-" }.joined(separator: " ")
        let agent = try ChildProcess(
            "sh", ["-c", "exec \"$0\" \"$@\" \(closing)", BuiltProgram.path, "serve", "--config", file])
        try await waitUntil("it listens") {
            if let ending = agent.ending { throw HostError("it ended: \(ending)") }
            return FileManager.default.fileExists(atPath: directory.path + "/web.sock")
        }
        for number in closed { #expect(try Self.file(agent, number) == "/dev/null") }
        let lock = try String(contentsOf: URL(filePath: directory.path + "/state/lock"), encoding: .utf8)
        #expect(lock == "\(agent.pid)\n")
        #expect(await agent.stop() == .exited(0))
        await directory.remove()
    }

    /// What a descriptor of its leads to.
    private static func file(_ child: ChildProcess, _ number: Int) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child.pid)/fd/\(number)")
    }
}
