// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Remediation
import Vocabulary

/// Signs of life, for the judgement that a domain hangs: repair wants several samples of several signs.
extension HostWatch {
    /// Tells how a running domain lives, when its agent has just been asked.
    func tellVitals(of uuid: ObjectUUID, agentAnswers: Bool) async {
        let cpuTime = await cpuTime(of: uuid)
        // Who freezes or moves a guest silences its agent; while nobody knows who does, its silence says nothing.
        let look = agentAnswers ? Look.nothing : await look(into: uuid, [.job, .blockJobs])
        guard let domain = domains[uuid], domain.status.state == .running else { return }
        await listener.sampled(
            DomainVitals(
                cpuTime: cpuTime, diskRequests: domain.diskRequests, agentAnswers: agentAnswers,
                job: look.work ?? look.unanswered),
            of: domain.identity)
    }

    /// Tells how long the monitors that hang have done so. One that does no more, though the call of another domain has
    /// not returned, is asked again.
    func tellHung() async {
        for uuid in hung {
            guard let links, let control = await control(of: uuid, links) else { continue }
            guard control.isBusy else {
                await recover([uuid])
                continue
            }
            guard let domain = domains[uuid], domain.isActive else { continue }
            let vitals = DomainVitals(busyFor: control.since, job: control.isJob ? "job" : nil)
            await listener.sampled(vitals, of: domain.identity)
        }
    }
}
