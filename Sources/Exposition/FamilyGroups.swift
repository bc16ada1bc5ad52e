// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Which batches have series of which family: looked up once for each template, not for each batch of it.
struct FamilyGroups {
    typealias Run = SeriesTemplate.Run

    /// The series under one header.
    struct Members {
        let family: MetricFamily
        var runs: [(batch: Int, run: Run)] = []
        /// How many series they are.
        var count = 0
    }

    private let shown: Set<String>?
    private var members: [Members] = []
    /// The place of each header in `members`, by its name.
    private var places: [String: Int] = [:]
    /// The runs of each template that are shown, with the place of their header.
    private var plans: [ObjectIdentifier: [(place: Int, run: Run)]] = [:]

    /// Of the families named `shown`; of all when nil.
    init(_ shown: Set<String>?) {
        self.shown = shown
    }

    /// Adds the series of a batch; the template lives at least as long as this.
    mutating func add(_ template: SeriesTemplate, of batch: Int) {
        for (place, run) in plan(for: template) {
            members[place].runs.append((batch, run))
            members[place].count += run.indices.count
        }
    }

    private mutating func plan(for template: SeriesTemplate) -> [(place: Int, run: Run)] {
        if let known = plans[ObjectIdentifier(template)] { return known }
        var plan: [(place: Int, run: Run)] = []
        for run in template.runs where shown?.contains(run.family.name) ?? true {
            let header = run.family.header
            let place = places[header.name] ?? members.count
            if place == members.count {
                places[header.name] = place
                members.append(Members(family: header))
            }
            plan.append((place, run))
        }
        plans[ObjectIdentifier(template)] = plan
        return plan
    }

    /// By the families' names.
    var sorted: [Members] { members.sorted { $0.family.name < $1.family.name } }
}
