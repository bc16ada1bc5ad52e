// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials
import WebClient

/// Which running agent a command asks.
struct AgentOptions: ParsableArguments {
    @Option(help: "The agent's address.") var url: String?

    var address: String {
        let url = url ?? Environment.flag("url") ?? "http://127.0.0.1:9177"
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}

/// Asks a running agent's API.
struct AgentClient {
    /// The envelope of Prometheus's HTTP API.
    struct Answer<Data: Decodable>: Decodable {
        let data: Data?
        let error: String?
        let warnings: [String]?
        let infos: [String]?
    }

    private let client = WebClient()
    private let address: String

    init(_ options: AgentOptions) {
        address = options.address
    }

    /// The `data` of the answer; fails with 4 when no agent answers, with 1 when it refuses.
    func get<Data: Decodable>(
        _ type: Data.Type, _ path: String, _ parameters: [(String, String)]
    ) async throws(CommandFailure) -> Data {
        let answer = try await answer(type, path, parameters)
        if let data = answer.data { return data }
        throw CommandFailure(status: .wrong, sentence: "\(address) answered without data")
    }

    /// The whole answer, which has `data`; fails as `get` does.
    func answer<Data: Decodable>(
        _ type: Data.Type, _ path: String, _ parameters: [(String, String)]
    ) async throws(CommandFailure) -> Answer<Data> {
        let query = parameters.map { "\($0.0.asQuery)=\($0.1.asQuery)" }.joined(separator: "&")
        let url = address + path + (query.isEmpty ? "" : "?" + query)
        let response: WebResponse
        do {
            response = try await client.send(WebRequest(url: url, bodyLimit: 64 << 20))
        } catch {
            let status: ExitStatus = error.kind == .timeout ? .timeout : .noDaemon
            throw CommandFailure(
                status: status, sentence: "\(error); is virtwarden serve running there? --url names another address")
        }
        guard let answer = try? JSONDecoder().decode(Answer<Data>.self, from: FoundationEssentials.Data(response.body))
        else {
            throw CommandFailure(
                status: .noDaemon, sentence: "\(address) answered \(response.status), and not as virtwarden does")
        }
        guard answer.data == nil else { return answer }
        throw CommandFailure(status: .wrong, sentence: "\(address): \(answer.error ?? "no data")")
    }
}

extension String {
    /// Percent-encoded for a query, all but unreserved characters (RFC 3986, section 2.3).
    fileprivate var asQuery: String {
        utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                return String(character)
            }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
