// SPDX-License-Identifier: Apache-2.0
import Alerting
import Remediation
import Vocabulary

/// Reads `policy NAME key=value …` and `limits key=value …`.
enum ScenarioPolicy {
    static func read(_ words: [Substring], _ line: Int) throws(ScriptError) -> Policy {
        var policy = Policy(name: try ScriptWord.of(words, line) { $0 })
        for (key, value) in ScriptWord.pairs(words.dropFirst()) {
            let items = value.split(separator: ",").map(String.init)
            switch key {
            case "domains": policy.domains = items
            case "causes": policy.causes = Set(items.compactMap { Cause(rawValue: $0) })
            case "alert":
                do throws(MatcherError) {
                    policy.alerts = [try AlertMatchers(parsing: ["alertname=\"\(value)\""])]
                } catch {
                    throw ScriptError(line: line, text: "\(error)")
                }
            case "ladder": policy.ladder = items.map { Step(action: $0, timeout: .seconds(60)) }
            case "attempts": policy.budget.attempts = Int(value) ?? 0
            case "priority": policy.priority = Int(value) ?? 0
            case "depends_on": policy.dependsOn = items
            case "quarantine": policy.cooldown = DurationText.parse(value) ?? .zero
            case "verify": policy.verify = DurationText.parse(value) ?? .zero
            case "require": policy.proofs = Set(items.compactMap { Proof(rawValue: $0) })
            default: throw ScriptError(line: line, text: "a policy has no \(key)")
            }
        }
        guard policy.problems.isEmpty else { throw ScriptError(line: line, text: policy.problems[0]) }
        return policy
    }

    static func read(_ words: [Substring], into limits: inout HostLimits, _ line: Int) throws(ScriptError) {
        for (key, value) in ScriptWord.pairs(words) {
            switch key {
            case "concurrent": limits.concurrent = Int(value) ?? 0
            case "steps_per_minute": limits.stepsPerMinute = Int(value) ?? 0
            case "repairs_per_hour": limits.repairsPerHour = Int(value) ?? 0
            case "storm": limits.storm.failures = Int(value) ?? 0
            case "shared": limits.storm.shared = Int(value) ?? 0
            case "cooldown": limits.storm.cooldown = DurationText.parse(value) ?? .zero
            case "hold": limits.hold = DurationText.parse(value) ?? .zero
            default: throw ScriptError(line: line, text: "limits have no \(key)")
            }
        }
        guard limits.problems.isEmpty else { throw ScriptError(line: line, text: limits.problems[0]) }
    }
}

/// Reads `domain NAME STATE REASON key=value …`; `web1..50` are fifty.
enum ScenarioDomain {
    static func read(_ words: [Substring], _ line: Int, _ number: Int) throws(ScriptError) -> [SimulatedDomain] {
        guard words.count >= 3 else {
            throw ScriptError(line: line, text: "a domain needs a name, a state and a reason")
        }
        return names(words[0]).enumerated().map { index, name in
            let identity = DomainIdentity(
                connection: "local", uuid: DomainUUID(high: UInt64(number), low: UInt64(index)), name: name)
            var domain = SimulatedDomain(
                facts: DomainFacts(
                    identity: identity, status: DomainStatus(state: String(words[1]), reason: String(words[2])),
                    isPersistent: !words.contains("transient")))
            for (key, value) in ScriptWord.pairs(words.dropFirst(3)) { set(key, value, &domain) }
            return domain
        }
    }

    /// `web1`, or `web1..50` for web1, web2 … web50.
    static func names(_ word: Substring) -> [String] {
        let parts = word.split(separator: ".")
        guard parts.count == 2, let last = Int(parts[1]) else { return [String(word)] }
        let head = parts[0]
        let stem = head.prefix { !$0.isNumber }
        guard let first = Int(head.dropFirst(stem.count)), first <= last else { return [String(word)] }
        return (first...last).map { "\(stem)\($0)" }
    }

    static func set(_ key: String, _ value: String, _ domain: inout SimulatedDomain) {
        switch key {
        case "on_crash": domain.facts.onCrash = value
        case "watchdog": domain.facts.watchdogAction = value
        case "manager": domain.facts.manager = value
        case "saved": domain.facts.hasManagedSave = value == "yes"
        case "id": domain.facts.id = Int(value)
        case "job": domain.facts.circumstances.job = value == "none" ? nil : value
        case "missing":
            domain.facts.circumstances.missing =
                value == "none" ? [] : [value.split(separator: "_").joined(separator: " ")]
        case "shortage":
            domain.facts.circumstances.shortage =
                value == "none" ? nil : value.split(separator: "_").joined(separator: " ")
        case "unanswered":
            domain.facts.circumstances.unanswered =
                value == "none" ? nil : value.split(separator: "_").joined(separator: " ")
        case "monitor": domain.facts.circumstances.isMonitorHung = value == "hangs"
        case "resume_leaves":
            domain.leaves["resume"] = value == "none" ? nil : value.split(separator: "_").joined(separator: " ")
        case "needs":
            domain.facts.circumstances.resources = value.split(separator: ",").map {
                $0.split(separator: "_").joined(separator: " ")
            }
        case "cpu": domain.facts.circumstances.cpuTime = DurationText.parse(value)
        case "agent": domain.facts.circumstances.agentAnswers = value == "none" ? nil : value == "answers"
        case "crashes_after": domain.failsAfterStart = value == "none" ? nil : DurationText.parse(value)
        case "latency": domain.latency = DurationText.parse(value) ?? .zero
        default: break
        }
    }
}
