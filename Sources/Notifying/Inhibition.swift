// SPDX-License-Identifier: Apache-2.0
public import Alerting
import Synchronization
import Vocabulary

/// While an alert that `source` matches fires, those that `target` matches and that have the same values of the labels
/// `equal` are not told. A label that is absent is as good as an empty one.
public struct InhibitRule: Sendable {
    public let source: AlertMatchers
    public let target: AlertMatchers
    public let equal: [String]

    public init(source: AlertMatchers, target: AlertMatchers, equal: [String] = []) {
        self.source = source
        self.target = target
        self.equal = equal
    }
}

/// Which alerts are inhibited by those that fire now; asked from any queue.
final class Inhibitor: Sendable {
    fileprivate struct State {
        var rules: [InhibitRule] = []
        var firing: Set<Labels> = []
        /// For each rule, the sources that fire, by their values of `equal`.
        var sources: [[Labels: Set<Labels>]] = []
    }

    private let state = Mutex(State())

    func load(_ rules: [InhibitRule]) {
        state.withLock { state in
            state.rules = rules
            state.sources = Array(repeating: [:], count: rules.count)
            for labels in state.firing { state.enter(labels) }
        }
    }

    func note(_ labels: Labels, isFiring: Bool) {
        state.withLock { state in
            if isFiring {
                if state.firing.insert(labels).inserted { state.enter(labels) }
            } else if state.firing.remove(labels) != nil {
                state.leave(labels)
            }
        }
    }

    /// As in Alertmanager, an alert that both sides of a rule match is not inhibited by another such alert, nor by itself.
    func inhibits(_ labels: Labels) -> Bool {
        state.withLock { state in
            state.rules.indices.contains { index in
                let rule = state.rules[index]
                guard let sources = state.sources[index][labels.keeping(rule.equal)], rule.target.matches(labels) else {
                    return false
                }
                return !rule.source.matches(labels) || sources.contains { !rule.target.matches($0) }
            }
        }
    }
}

extension Inhibitor.State {
    fileprivate mutating func enter(_ labels: Labels) {
        for (index, rule) in rules.enumerated() where rule.source.matches(labels) {
            sources[index][labels.keeping(rule.equal), default: []].insert(labels)
        }
    }

    fileprivate mutating func leave(_ labels: Labels) {
        for (index, rule) in rules.enumerated() {
            let key = labels.keeping(rule.equal)
            guard var alike = sources[index][key], alike.remove(labels) != nil else { continue }
            sources[index][key] = alike.isEmpty ? nil : alike
        }
    }
}
