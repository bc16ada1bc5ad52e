// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PromQL

/// Which PromQL a command speaks, as `promql` in the configuration says for the agent.
struct DialectOptions: ParsableArguments {
    @Flag(help: "Also what Prometheus keeps behind feature flags.") var experimental = false
    @Option(help: "Whose edges ranges have: 2, Prometheus 2's, with their older end, or 3.") var compat = 3

    func validate() throws {
        guard compat == 2 || compat == 3 else { throw ValidationError("--compat: \(compat) is neither 2 nor 3") }
    }

    var dialect: Dialect { Dialect(version: compat == 2 ? .two : .three, isExperimental: experimental) }
}
