// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Remediation
import Vocabulary

/// A domain of a simulated libvirt: its facts, what its owner wants, and how libvirt answers calls about it.
struct SimulatedDomain {
    /// How libvirt answers the next call: an error, an answer that never comes, or a domain that fails again.
    enum Reply {
        case error(VirError.Code, String)
        case silence
        case fine
    }

    var facts: DomainFacts
    var exists = true
    /// The owner stopped, paused, saved or moved it: nobody else may undo that.
    var isStoppedByOwner = false
    /// Failures so far, and how often each was repaired.
    var failures = 0
    var repairs: [Int: Int] = [:]
    /// Answers to come, for one action or for any (`*`).
    var replies: [(action: String, reply: Reply)] = []
    /// How long libvirt takes to answer.
    var latency = Duration.milliseconds(200)
    /// What a guest that is started does by itself some time later.
    var failsAfterStart: Duration?
    /// What an action leaves, where that isn't `running booted`.
    var leaves: [String: String] = [:]

    var status: DomainStatus {
        get { facts.status }
        set { facts.status = newValue }
    }
    var isRunning: Bool { status.state == "running" || status.state == "blocked" }

    mutating func reply(to action: String) -> Reply {
        guard let index = replies.firstIndex(where: { $0.action == action || $0.action == "*" }) else { return .fine }
        return replies.remove(at: index).reply
    }
}
