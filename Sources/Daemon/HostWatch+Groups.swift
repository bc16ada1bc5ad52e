// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Sampling
import Vocabulary

/// The groups of the sampling plan: which are due, and where their batches go.
extension HostWatch {
    /// Their places in the plan.
    func groups(of tiers: Set<CollectorTier>) -> [Int] {
        plan.sampling.groups.indices.filter { tiers.contains(plan.sampling.groups[$0].tier) }
    }

    func dueGroups(of tiers: Set<CollectorTier>, at now: Duration) -> [Int] {
        groups(of: tiers).filter { clock.isDue($0, plan.sampling.groups[$0], at: now, round: plan.interval) }
    }

    /// What the bulk call must be asked for to fill them.
    func needs(of indices: [Int]) -> StatsGroups {
        indices.reduce([]) { $0.union(plan.sampling.groups[$1].needs) }
    }

    /// Puts what the groups' collectors find in `reading` on the board.
    func put(_ indices: [Int], _ reading: DomainReading, of domain: WatchedDomain, at now: Timestamp) {
        domain.noteAllocation(reading.stats)
        var reading = reading
        reading.time = domain.isActive ? now : nil
        for index in indices where domain.samplers.indices.contains(index) {
            let batch = domain.samplers[index].batch(
                reading, collectors: plan.sampling.groups[index].collectors, at: now)
            board.put(batch, as: .domain(domain.identity, .group(index)))
        }
    }
}
