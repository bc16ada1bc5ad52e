// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary
import WebClient

/// Posts the step as JSON to the address that the policy names, so that something else repairs the domain. Whether it did,
/// the domain's state tells.
public struct WebhookCall: Action {
    public let name = "webhook"

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        means.webhook == nil ? "the policy names no address" : nil
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        guard let url = order.means.webhook else { throw failure("the policy names no address") }
        let request = WebRequest(
            url: url, method: "POST", headers: [("Content-Type", "application/json")], body: HookMessage(order).json,
            timeout: min(order.timeout, .seconds(60)), bodyLimit: 4096, cutsLongBody: true)
        let status: Int
        do throws(WebClientError) {
            status = try await WebClient().send(request).status
        } catch {
            throw failure("\(error)", error.kind == .timeout ? .operationTimeout : .operationFailed)
        }
        guard (200..<300).contains(status) else { throw failure("the server answered with status \(status)") }
    }
}
