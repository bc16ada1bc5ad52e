// SPDX-License-Identifier: Apache-2.0
import Alerting
import Remediation
import Sampling
import YAML

/// `remediation`: how far repair goes, and by which policies.
enum RemediationSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        guard var section = reader.mapping("remediation") else { return }
        if let mode = section.word("mode", RemediationSettings.Mode.self) { settings.remediation.mode = mode }
        if section.value("allow_exec") != nil {
            section.complain("allow_exec", "has moved to the top of the configuration, for receivers too")
        }
        if var limits = section.mapping("limits") { Self.limits(&limits, into: &settings.remediation.limits) }
        if let path = section.path(of: "kill_switch") { settings.remediation.killSwitch = path }
        if let path = section.path(of: "shutdown_file") { settings.remediation.shutdownFile = path }
        if let managers = section.mappings("foreign_managers") {
            settings.remediation.foreignManagers = managers.map { entry in
                var entry = entry
                return manager(&entry)
            }
        }
        if let policies = section.mappings("policies") {
            var names: Set<String> = []
            settings.remediation.policies = policies.map { entry in
                var entry = entry
                var policy = policy(&entry)
                policy.means = ActionMeans(&entry, settings)
                for step in policy.ladder {
                    if let missing = policy.means.missing(for: step.action) { entry.complain("ladder", missing) }
                }
                entry.end()
                if !policy.name.isEmpty, !names.insert(policy.name).inserted {
                    entry.complain("name", "a policy called \"\(policy.name)\" is there twice")
                }
                for problem in policy.problems {
                    section.problems.add("\(entry.name).\(problem)", at: entry.node)
                }
                return policy
            }
        }
        for problem in settings.remediation.dependencyProblems + settings.remediation.managerProblems {
            section.problems.add("\(section.name).\(problem)", at: section.node)
        }
        section.end()
    }

    private static func manager(_ reader: inout MappingReader) -> ForeignManager {
        var manager = ForeignManager(name: reader.required("name") ?? "unnamed")
        for (node, path) in reader.items("domains") ?? [] {
            let pattern = node.text ?? ""
            if let problem = NamePattern.problem(of: pattern) {
                reader.problems.add("\(path): \"\(pattern)\" is no pattern: \(problem)", at: node)
            }
            manager.domains.append(NamePattern(pattern))
        }
        manager.namespaces = reader.strings("namespaces") ?? []
        reader.end()
        return manager
    }

    private static func limits(_ reader: inout MappingReader, into limits: inout HostLimits) {
        if let count = reader.int("concurrent", in: 1...100) { limits.concurrent = count }
        if let count = reader.int("steps_per_minute", in: 1...1000) { limits.stepsPerMinute = count }
        if let count = reader.int("repairs_per_hour", in: 1...10_000) { limits.repairsPerHour = count }
        if let hold = reader.duration("hold") { limits.hold = hold }
        if var storm = reader.mapping("storm") {
            if let count = storm.int("failures", in: 2...1000) { limits.storm.failures = count }
            if let count = storm.int("shared", in: 2...1000) { limits.storm.shared = count }
            if let window = storm.duration("window") { limits.storm.window = window }
            if let cooldown = storm.duration("cooldown") { limits.storm.cooldown = cooldown }
            storm.end()
        }
        for problem in limits.problems { reader.problems.add("\(reader.name).\(problem)", at: reader.node) }
        reader.end()
    }

    private static func policy(_ reader: inout MappingReader) -> Policy {
        var policy = Policy(name: reader.required("name") ?? "unnamed")
        if var match = reader.mapping("match") {
            if let domains = match.strings("domains") { policy.domains = domains }
            if let exclude = match.strings("exclude") { policy.exclude = exclude }
            if let managers = match.strings("managers") { policy.managers = Set(managers) }
            match.end()
        }
        if var on = reader.mapping("on") {
            if let causes = on.causes() { policy.causes = causes }
            policy.alerts = (on.items("alerts") ?? []).compactMap { item in
                do throws(MatcherError) {
                    return try AlertMatchers(parsing: [item.node.text ?? ""])
                } catch {
                    on.problems.add("\(item.path): \(error)", at: item.node)
                    return nil
                }
            }
            on.end()
        }
        if let settle = reader.duration("settle") { policy.settle = settle }
        if let verify = reader.duration("verify") { policy.verify = verify }
        if let words = reader.strings("require") { policy.proofs = reader.proofs(words) }
        if let priority = reader.int("priority", in: -1000...1000) { policy.priority = priority }
        if let names = reader.strings("depends_on") { policy.dependsOn = names }
        if let ladder = reader.ladder() { policy.ladder = ladder }
        if var budget = reader.mapping("budget") {
            if let attempts = budget.int("attempts", in: 1...1000) { policy.budget.attempts = attempts }
            if let window = budget.duration("window") { policy.budget.window = window }
            if let stable = budget.duration("stable_for") { policy.budget.stableFor = stable }
            budget.end()
        }
        if var quarantine = reader.mapping("quarantine") {
            if let cooldown = quarantine.duration("cooldown") { policy.cooldown = cooldown }
            quarantine.end()
        }
        if var backoff = reader.mapping("backoff") {
            if let base = backoff.duration("base") { policy.backoff.base = base }
            if let factor = backoff.double("factor") { policy.backoff.factor = factor }
            if let longest = backoff.duration("max") { policy.backoff.max = longest }
            if let jitter = backoff.double("jitter") { policy.backoff.jitter = jitter }
            backoff.end()
        }
        return policy
    }
}

extension MappingReader {
    fileprivate mutating func proofs(_ words: [String]) -> Set<Proof> {
        Set(
            words.compactMap { word in
                if let proof = Proof(rawValue: word) { return proof }
                let known = Proof.allCases.map(\.rawValue).joined(separator: ", ")
                complain("require", "there is no \"\(word.prefix(80))\"; there are \(known)")
                return nil
            })
    }

    mutating func causes() -> Set<Cause>? {
        let known = Cause.allCases.map(\.rawValue)
        guard let items = items("causes") else { return nil }
        return Set(
            items.compactMap { item in
                let text = item.node.text ?? ""
                if let cause = Cause(rawValue: text) { return cause }
                let hint = Suggestion.nearest(to: text, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                problems.add("\(item.path): there is no cause \"\(text.prefix(80))\"\(hint)", at: item.node)
                return nil
            })
    }

    fileprivate mutating func ladder() -> [Step]? {
        let actions = Actions.all.map(\.name)
        guard let items = items("ladder") else { return nil }
        let steps = items.compactMap { item -> Step? in
            let text = item.node.text ?? ""
            if let step = Step(parsing: text) { return step }
            let word = text.split(separator: " ").first.map(String.init) ?? ""
            let hint =
                actions.contains(word)
                ? "give it a timeout, as \"\(word) 60s\""
                : Suggestion.nearest(to: word, among: actions).map { "did you mean \"\($0) 60s\"?" }
                    ?? "the actions are \(actions.joined(separator: ", "))"
            problems.add("\(item.path): \"\(text.prefix(80))\" is no step; \(hint)", at: item.node)
            return nil
        }
        // A ladder with a wrong step is reported once, not as a shorter one too.
        return steps.count == items.count ? steps : nil
    }
}
