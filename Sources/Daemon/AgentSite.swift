// SPDX-License-Identifier: Apache-2.0
import Web

/// What the pages show of the agent. Nothing here reaches libvirt.
struct AgentSite: Site {
    let board: Board
    let version: String
    let readiness: @Sendable () async -> String?

    func metrics() async -> MetricsText {
        let page = board.page()
        return MetricsText(bytes: page.bytes, generation: page.generation)
    }

    func reasonNotReady() async -> String? {
        await readiness()
    }
}
