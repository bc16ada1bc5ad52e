// SPDX-License-Identifier: Apache-2.0
import Sampling
import Vocabulary
import YAML

/// `sampling`: which domains are sampled, what of them, how often, and how long an answer may take.
enum SamplingSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        guard var section = reader.mapping("sampling") else { return }
        var sampling = SamplingSettings()
        if let interval = section.duration("interval", in: SamplingSettings.intervals) {
            sampling.interval = interval
        }
        if let interval = section.duration("monitor_interval", in: SamplingSettings.intervals) {
            sampling.monitorInterval = interval
        }
        if let interval = section.duration("slow_interval", in: SamplingSettings.intervals) {
            sampling.slowInterval = interval
        }
        sampling.volumes = section.bool("volumes") ?? false
        sampling.leases = section.bool("leases") ?? false
        sampling.uuidLabel = section.bool("uuid_label") ?? false
        sampling.asksGuests = section.bool("guest_agent") ?? false
        sampling.poolRefresh = section.bool("pool_refresh") ?? false
        if let names = section.strings("hypervisor_names") {
            if names.isEmpty { section.complain("hypervisor_names", "is empty; name statistics, or \"*\" for all") }
            sampling.hypervisorNames = names
        }
        if let deadline = section.duration("deadline", in: .milliseconds(100) ... .seconds(600)) {
            sampling.deadline = deadline
        }
        if let limit = section.int("max_domains", in: 1...1_000_000) { sampling.maxDomains = limit }
        if let limit = section.int("max_series", in: 1000...100_000_000) { sampling.maxSeries = limit }
        readFilter(&section, &sampling)
        readCollectors(&section, &sampling)
        for name in section.strings("compat") ?? [] {
            guard let mode = CompatibilityMode(rawValue: name) else {
                let known = CompatibilityMode.allCases.map(\.rawValue).joined(separator: ", ")
                section.complain("compat", "there is no mode \"\(name)\"; there are \(known)")
                continue
            }
            sampling.take(mode)
        }
        section.end()
        settings.sampling = sampling
    }

    private static func readFilter(_ section: inout MappingReader, _ sampling: inout SamplingSettings) {
        if let include = section.strings("include") {
            if include.isEmpty { section.complain("include", "is empty; name domains, or \"*\" for all") }
            sampling.include = include
        }
        if let exclude = section.strings("exclude") { sampling.exclude = exclude }
        for (key, patterns) in [("include", sampling.include), ("exclude", sampling.exclude)] {
            for pattern in patterns {
                if let problem = NamePattern.problem(of: pattern) {
                    section.complain(key, "\"\(pattern)\" is no pattern: \(problem)")
                }
            }
        }
    }

    /// `collectors: {iothread: on, block: 15s, openstack: off, storage_pool: off}`
    private static func readCollectors(_ section: inout MappingReader, _ sampling: inout SamplingSettings) {
        let names = Collectors.all.map { type(of: $0).name } + HostCollector.allCases.map(\.rawValue)
        for entry in section.texts("collectors") ?? [] {
            guard names.contains(entry.name) else {
                let hint = Suggestion.nearest(to: entry.name, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
                section.problems.add(
                    "\(section.path("collectors")): there is no collector \"\(entry.name)\"\(hint)", at: entry.key)
                continue
            }
            guard let choice = choice(entry.text), allows(choice, of: entry.name) else {
                let expected = expected(of: entry.name)
                section.problems.add(
                    "\(section.path("collectors")).\(entry.name): expected \(expected)", at: entry.value)
                continue
            }
            sampling.collectors[entry.name] = choice
        }
    }

    /// Not when what is read of a host has its own rhythm, or must be read.
    private static func allows(_ choice: SamplingPlan.Choice, of name: String) -> Bool {
        if name == StateCollector.name { return choice == .on }
        return HostCollector(rawValue: name) == nil || choice == .on || choice == .off
    }

    private static func expected(of name: String) -> String {
        if name == StateCollector.name { return "on; the state is always read" }
        if HostCollector(rawValue: name) == nil { return "on, off or a duration such as 30s" }
        return "on or off; of the host, everything is read at times of its own"
    }

    private static func choice(_ text: String) -> SamplingPlan.Choice? {
        switch text {
        case "on", "true", "yes": return .on
        case "off", "false", "no": return .off
        default:
            guard let interval = DurationText.parse(text), SamplingSettings.intervals.contains(interval) else {
                return nil
            }
            return .every(interval)
        }
    }
}
