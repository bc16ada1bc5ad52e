// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import WebClient

/// What can be told of an Alertmanager before there is anything to tell it.
public enum AlertmanagerCheck {
    /// What it said, or what is wrong.
    public typealias Answer = Result<String, Refusal>

    /// Why it could not be asked, or what is odd about its answer.
    public struct Refusal: Error, Hashable, Sendable {
        public let sentence: String
    }

    /// The answer holds Alertmanager's own configuration.
    private static let longest = 16 << 20

    private struct Status: Decodable {
        struct Version: Decodable {
            let version: String
        }
        struct Cluster: Decodable {
            let status: String
        }
        let versionInfo: Version
        let cluster: Cluster
    }

    /// Asks for its state by the API that alerts go to, with the credentials that they go with; sends no alert.
    public static func ask(_ target: AlertmanagerTarget) async -> Answer {
        if let problem = target.client.problems.first { return .failure(Refusal(sentence: problem)) }
        let request = WebRequest(
            url: target.url + "/api/v2/status", timeout: target.timeout, settings: target.client, bodyLimit: longest)
        let response: WebResponse
        do throws(WebClientError) {
            response = try await WebClient().send(request)
        } catch {
            return .failure(Refusal(sentence: error.description))
        }
        guard response.status == 200 else {
            let advice =
                [401, 403].contains(response.status) ? "; check its credentials" : "; check url and path_prefix"
            return .failure(Refusal(sentence: "it answered \(response.status) to /api/v2/status\(advice)"))
        }
        // Silence is right: what cannot be read is said to be no Alertmanager.
        guard let status = try? JSONDecoder().decode(Status.self, from: Data(response.body)) else {
            return .failure(Refusal(sentence: "what answered is no Alertmanager; check url and path_prefix"))
        }
        return .success(
            "Alertmanager \(status.versionInfo.version.onOneLine.cut(to: 40)), "
                + "cluster \(status.cluster.status.onOneLine.cut(to: 40))")
    }
}
