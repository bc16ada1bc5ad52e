// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import TestHosts
import WebClient

/// The program as it was built with the tests.
enum BuiltProgram {
    /// It lies beside the test bundle's binary, which is this process.
    static let path: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return own.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/virtwarden"
    }()

    /// Starts it.
    static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
        var all = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("VIRTWARDEN_") }
        all.merge(environment) { $1 }
        return try ChildProcess(path, arguments, environment: all)
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> (code: Int32?, output: String, errors: String) {
        let child = try start(arguments, environment: environment)
        guard case .exited(let code) = await child.end() else {
            return (nil, child.standardOutput, child.standardError)
        }
        return (code, child.standardOutput, child.standardError)
    }
}

extension ChildProcess {
    /// The lines of its log that hold all of `parts`.
    func lines(_ parts: String...) -> [String] {
        standardError.split(separator: "\n").map(String.init).filter { line in parts.allSatisfy { line.contains($0) } }
    }

    /// The port that it says it listens on.
    func port() async throws -> UInt16 {
        try await waitUntil("the agent listens") {
            if let ending = self.ending { throw HostError("it ended: \(ending): \(self.standardError)") }
            return !self.lines("listening").isEmpty
        }
        let line = lines("listening").first ?? ""
        guard let port = line.split(separator: ":").last.flatMap({ UInt16($0.prefix { $0.isNumber }) }) else {
            throw HostError("no port in: \(line)")
        }
        return port
    }
}

/// Fetches one of the program's pages.
func get(_ url: String) async throws -> (status: Int, text: String) {
    let response = try await WebClient().send(WebRequest(url: url, bodyLimit: 64 << 20))
    return (response.status, String(decoding: response.body, as: UTF8.self))
}
