// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials
import Vocabulary
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
        let response = try await send(WebRequest(url: address + path + (query.isEmpty ? "" : "?" + query)))
        return try self.answer(type, in: response)
    }

    /// The `data` of the answer to a change of `body`; fails as `get` does.
    func post<Data: Decodable>(
        _ type: Data.Type, _ path: String, _ body: some Encodable
    ) async throws(CommandFailure) -> Data {
        let answer = try self.answer(type, in: try await send(change("POST", path, body)))
        if let data = answer.data { return data }
        throw CommandFailure(status: .wrong, sentence: "\(address) answered without data")
    }

    /// Ends what is at `path`; fails as `get` does.
    func delete<Data: Decodable>(_ type: Data.Type, _ path: String) async throws(CommandFailure) {
        _ = try answer(type, in: try await send(WebRequest(url: address + path, method: "DELETE")))
    }

    /// An answer of Alertmanager's API, which has no envelope; `body` makes it a POST.
    func alertmanager<Data: Decodable>(
        _ type: Data.Type, _ path: String, _ body: (some Encodable)? = String?.none
    ) async throws(CommandFailure) -> Data {
        let request = body.map { change("POST", path, $0) } ?? WebRequest(url: address + path)
        let response = try await send(request)
        if response.status == 200, let data: Data = decoded(response) { return data }
        throw refusal(response)
    }

    func deleteAlertmanager(_ path: String) async throws(CommandFailure) {
        let response = try await send(WebRequest(url: address + path, method: "DELETE"))
        guard response.status == 200 else { throw refusal(response) }
    }

    private func refusal(_ response: WebResponse) -> CommandFailure {
        guard let sentence: String = decoded(response) else { return strange(response) }
        return CommandFailure(status: .wrong, sentence: "\(address): \(sentence.asOneLine)")
    }

    private func strange(_ response: WebResponse) -> CommandFailure {
        CommandFailure(
            status: .noDaemon, sentence: "\(address) answered \(response.status), and not as virtwarden does")
    }

    private func decoded<Data: Decodable>(_ response: WebResponse) -> Data? {
        // What is none is said by whoever asks.
        try? JSONDecoder().decode(Data.self, from: FoundationEssentials.Data(response.body))
    }

    private func change(_ method: String, _ path: String, _ body: some Encodable) -> WebRequest {
        // Silence is right: every record here is texts, and those have a JSON.
        let json = (try? JSONEncoder().encode(body)).map { Array($0) } ?? []
        return WebRequest(
            url: address + path, method: method, headers: [("Content-Type", "application/json")], body: json)
    }

    private func send(_ request: WebRequest) async throws(CommandFailure) -> WebResponse {
        var request = request
        request.bodyLimit = 64 << 20
        do {
            return try await client.send(request)
        } catch {
            let status: ExitStatus = error.kind == .timeout ? .timeout : .noDaemon
            throw CommandFailure(
                status: status, sentence: "\(error); is virtwarden serve running there? --url names another address")
        }
    }

    private func answer<Data: Decodable>(
        _ type: Data.Type, in response: WebResponse
    ) throws(CommandFailure) -> Answer<Data> {
        guard let answer: Answer<Data> = decoded(response) else { throw strange(response) }
        guard answer.data == nil else { return answer }
        throw CommandFailure(status: .wrong, sentence: "\(address): \(answer.error ?? "no data")")
    }
}

extension String {
    /// Percent-encoded for a query, all but unreserved characters (RFC 3986, section 2.3).
    var asQuery: String {
        utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                return String(character)
            }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
