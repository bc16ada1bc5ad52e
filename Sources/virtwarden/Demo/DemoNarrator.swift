// SPDX-License-Identifier: Apache-2.0
import Alerting
import Daemon
import Remediation
import Terminal
import Vocabulary

/// Tells in the terminal what happens, one line a thing.
struct DemoNarrator: Sendable {
    private let palette: Palette
    private let began = ContinuousClock.now

    init(palette: Palette) {
        self.palette = palette
    }

    func tell(_ word: String, _ tone: Palette.Tone, _ sentence: String) {
        let seconds = began.duration(to: .now) / .milliseconds(100)
        let time = "\(Int(seconds) / 10).\(Int(seconds) % 10)s"
        let padding = String(repeating: " ", count: max(0, 6 - time.count))
        let space = String(repeating: " ", count: max(1, 12 - word.count))
        Output.say(
            palette.paint(padding + time, .faint) + "  " + palette.paint(word, tone) + space + sentence.asOneLine)
    }

    func tell(_ news: News) {
        switch news {
        case .event(let event):
            tell("observed", .accent, "\(event.domain.name): \(event.kind) \(event.detail)")
        case .finding(let finding):
            tell("observed", .accent, "\(finding.domain.name): now \(finding.now?.description ?? "gone")")
        case .alert(let change): tell(change)
        case .decision(let decision): tell(decision)
        case .delivery, .object: break
        }
    }

    private func tell(_ change: AlertChange) {
        let summary = change.alert.annotations["summary"] ?? change.alert.name
        switch change.alert.state {
        case .pending: break
        case .firing: tell("alert", .bad, "\(change.alert.name) fires: \(summary)")
        case .resolved:
            tell("resolved", .good, "\(change.alert.name) of \(change.alert.labels["domain"] ?? "the host")")
        }
    }

    private func tell(_ decision: Decision) {
        let name = decision.domain.name
        let action = decision.action ?? ""
        switch decision.outcome {
        case .acted:
            tell("decided", .warning, "\(action) \(name), because of \(decision.cause.rawValue) (\(decision.evidence))")
        case .succeeded: tell("repaired", .good, "\(name): \(action) has worked, \(decision.reason)")
        case .failed: tell("not yet", .bad, "\(name): \(action): \(decision.reason)")
        case .leftAlone: tell("left alone", .strong, "\(name): \(decision.reason)")
        case .wouldAct, .held, .refused, .gaveUp:
            tell(decision.outcome.rawValue, .warning, "\(name): \(decision.reason)")
        }
    }
}
