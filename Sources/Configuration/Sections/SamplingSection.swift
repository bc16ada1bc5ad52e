// SPDX-License-Identifier: Apache-2.0
import YAML

/// `sampling`: how often domains are sampled, and how long an answer may take.
enum SamplingSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        guard var section = reader.mapping("sampling") else { return }
        var sampling = SamplingSettings()
        if let interval = section.duration("interval", in: SamplingSettings.intervals) {
            sampling.interval = interval
        }
        if let deadline = section.duration("deadline", in: .milliseconds(100) ... .seconds(600)) {
            sampling.deadline = deadline
        }
        if let include = section.strings("include") {
            if include.isEmpty { section.complain("include", "is empty; name domains, or \"*\" for all") }
            sampling.include = include
        }
        if let exclude = section.strings("exclude") { sampling.exclude = exclude }
        if let asks = section.bool("guest_agent") { sampling.asksGuests = asks }
        section.end()
        settings.sampling = sampling
    }
}
