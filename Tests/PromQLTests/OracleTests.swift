// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import PromQL
import TestHosts
import Testing
import Vocabulary
import WebClient

/// Prometheus itself and we are asked the same, about the same series.
@Suite struct OracleTests {
    @Test(.timeLimit(.minutes(5)))
    func `every expression of the corpus is answered as Prometheus 2 answers it`() async throws {
        let corpus = try Corpus()
        #expect(corpus.cases.count > 2_000)
        let server = try await PrometheusServer.startReceiving()
        let differences: [String]
        do {
            try await load(corpus.series, into: server)
            differences = try await compare(corpus, with: server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        for (file, all) in Dictionary(grouping: differences, by: { $0.prefix { $0 != ":" } }).sorted(by: {
            $0.key < $1.key
        }) {
            Issue.record("\(all.count) differences in \(file)\n\(all.joined(separator: "\n"))")
        }
    }

    private func compare(_ corpus: Corpus, with server: PrometheusServer) async throws -> [String] {
        let series = CorpusSeries(corpus.series)
        let client = WebClient()
        var found: [String] = []
        for one in corpus.cases {
            let theirs = try await ask(server, one, through: client)
            let difference = theirs.difference(to: ours(one, over: series), of: one)
            guard (difference != nil) != one.isDifferent else { continue }
            found.append("\(one.file):\(one.line): \(one.expression): \(difference ?? "no longer answered otherwise")")
        }
        return found
    }

    /// In one request: the server takes no sample that is much older than those of an earlier one.
    private func load(_ series: [SeriesPoints], into server: PrometheusServer) async throws {
        let answer = try await WebClient().send(
            WebRequest(
                url: server.url + "/api/v1/write", method: "POST",
                headers: RemoteWrite.headers, body: RemoteWrite.body(series)))
        guard answer.status == 204 else {
            throw HostError(
                "Prometheus takes no series: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
    }

    private func ask(
        _ server: PrometheusServer, _ one: Corpus.Case, through client: WebClient
    ) async throws -> ServerAnswer {
        let (path, times) =
            switch one.times {
            case .instant(let time): ("/api/v1/query", [("time", time.seconds)])
            case .range(let from, let through, let step):
                ("/api/v1/query_range", [("start", from.seconds), ("end", through.seconds), ("step", step.inSeconds)])
            }
        let form = [("query", one.expression)] + times.map { ($0.0, "\($0.1)") }
        let answer = try await client.send(
            WebRequest(
                url: server.url + path, method: "POST",
                headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(form.map { "\($0.0)=\(escaped($0.1))" }.joined(separator: "&").utf8),
                bodyLimit: 64 << 20))
        return try JSONDecoder().decode(ServerAnswer.self, from: Data(answer.body))
    }

    private func ours(_ one: Corpus.Case, over series: CorpusSeries) -> ServerAnswer {
        do throws(QueryError) {
            let query = try Query(parsing: one.expression, as: Dialect(version: .two))
            switch one.times {
            case .instant(let time): return ServerAnswer(try query.evaluate(at: time, over: series))
            case .range(let from, let through, let step):
                return ServerAnswer(try query.evaluate(from: from, through: through, step: step, over: series))
            }
        } catch {
            return .refused(error.description)
        }
    }

    /// As forms escape it.
    private func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (byte < 16 ? "0" : "") + digits
        }.joined()
    }
}
