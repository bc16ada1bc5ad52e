// SPDX-License-Identifier: Apache-2.0
import Alerting
import Libvirt
import Remediation
import Vocabulary

/// What is wrong with a scenario's script.
struct ScriptError: Error, CustomStringConvertible {
    let line: Int
    let text: String
    var description: String { "line \(line): \(text)" }
}

/// A scenario, from text: first how things stand, then a line for each thing that happens, at its time.
///
///     mode auto
///     domain web1 running booted on_crash=restart
///     at 10s fail web1 stopped_failed -> shutoff crashed
///     end 20m
struct ScenarioScript {
    private var settings = RemediationSettings(mode: .auto, policies: [])
    private var domains: [SimulatedDomain] = []
    private var deeds: [(time: Duration, words: [Substring], line: Int)] = []
    private var end = Duration.seconds(3600)

    init(_ text: String) throws(ScriptError) {
        for (number, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = raw.prefix { $0 != "#" }.split(separator: " ")
            guard let first = words.first else { continue }
            do throws(ScriptError) {
                try read(String(first), Array(words.dropFirst()), number + 1)
            } catch {
                throw ScriptError(line: number + 1, text: "\(error.text) (\(raw))")
            }
        }
        if settings.policies.isEmpty { settings.policies = [Policy()] }
    }

    /// Plays the scenario to its end.
    func play() throws(ScriptError) -> Simulation {
        var simulation = Simulation(settings)
        for domain in domains { simulation.add(domain) }
        for (time, words, line) in deeds {
            let deed = try ScenarioDeed(words, line: line)
            simulation.agenda.add(at: time) { deed.happen(to: &$0) }
        }
        simulation.run(until: end)
        return simulation
    }

    private mutating func read(_ first: String, _ words: [Substring], _ line: Int) throws(ScriptError) {
        switch first {
        case "mode": settings.mode = try ScriptWord.of(words, line) { RemediationSettings.Mode(rawValue: $0) }
        case "end": end = try ScriptWord.of(words, line) { DurationText.parse($0) }
        case "policy": settings.policies.append(try ScenarioPolicy.read(words, line))
        case "limits": try ScenarioPolicy.read(words, into: &settings.limits, line)
        case "domain", "domains":
            domains += try ScenarioDomain.read(words, line, settings.policies.count + domains.count)
        case "at":
            guard let time = words.first.flatMap({ DurationText.parse($0) }) else {
                throw ScriptError(line: line, text: "at needs a time")
            }
            deeds.append((time, Array(words.dropFirst()), line))
        default: throw ScriptError(line: line, text: "nobody knows what \(first) is")
        }
    }
}

enum ScriptWord {
    static func of<Value>(
        _ words: some Collection<Substring>, _ line: Int, _ read: (String) -> Value?
    ) throws(ScriptError) -> Value {
        guard let word = words.first, let value = read(String(word)) else {
            throw ScriptError(line: line, text: "a word is missing or wrong")
        }
        return value
    }

    /// `key=value` words as pairs.
    static func pairs(_ words: some Sequence<Substring>) -> [(key: String, value: String)] {
        words.compactMap { word in
            let parts = word.split(separator: "=", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
    }
}
