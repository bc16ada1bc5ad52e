// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

extension Alert {
    /// Where its expression can be looked at, as Prometheus writes it, below where people find the agent.
    public func sourceURL(below externalURL: String) -> String {
        "\(externalURL)/graph?g0.expr=\(GoText.query(expression))&g0.tab=1"
    }
}
