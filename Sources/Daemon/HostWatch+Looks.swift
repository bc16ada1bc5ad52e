// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Logging
import Remediation
import Vocabulary

/// Looks into domains, for repair: calls that may reach a monitor, each in a lane, in its turn, with a deadline.
extension HostWatch {
    /// What a look brought.
    enum Look {
        /// With the calls that were wanted, and those that the driver has not.
        case answer(DomainDetails, asked: Set<DomainCall>, refused: Set<String>)
        /// There is nothing to ask: the domain does not run, or is the test driver's.
        case nothing
        /// libvirt does not answer, or cannot be asked as long as so many calls have not returned.
        case unknown

        var details: DomainDetails? {
            if case .answer(let details, _, _) = self { details } else { nil }
        }

        var isUnknown: Bool {
            if case .unknown = self { true } else { false }
        }
    }

    /// What calls about one domain tell. It may wait for its turn, and then for the answer, each as long as a call may
    /// take.
    func look(into uuid: ObjectUUID, _ calls: Set<DomainCall>) async -> Look {
        guard let main = links?.main else { return .unknown }
        guard links?.isOnlyOne == false, domains[uuid]?.isActive == true else { return .nothing }
        guard !hung.contains(uuid), await turn(), links?.main === main else { return .unknown }
        guard !hung.contains(uuid), let lane = await lane() else {
            if links?.main === main { lanes?.endLook(nil) }
            return .unknown
        }
        let targets = domains[uuid]?.description?.disks.compactMap(\.target) ?? []
        let request = DetailsRequest(uuid, calls: calls, disks: targets, interfaces: [])
        let (without, back) = (refused, CallEnd())
        // Silence is right: what comes too late is not known.
        let answer = try? await Deadline.run(within: plan.deadline, "virDomainGetJobStats") {
            let answer = await lane.details(of: [request], refused: without) { true }
            back.set()
            await self.endLook(lane, main)
            return answer
        }
        if !back.isSet, links?.main === main { lanes?.writeOffLook(lane) }
        guard let answer, let details = answer.details.first else { return .unknown }
        return .answer(details, asked: calls, refused: answer.refused)
    }

    /// Waits until it may be looked into a domain, in the order in which that was wished; false when that takes too long.
    private func turn() async -> Bool {
        let ticket = CallEnd()
        let patience = plan.deadline
        let limit = Task { [weak self] in
            // Cancelled when its turn has come.
            try? await Task.sleep(for: patience)
            if !Task.isCancelled { await self?.leaveLine(ticket) }
        }
        defer { limit.cancel() }
        return await withCheckedContinuation { turn in
            if lanes == nil { turn.resume(returning: false) }
            lanes?.standInLine(ticket, turn)
        }
    }

    private func leaveLine(_ ticket: CallEnd) {
        lanes?.leaveLine(ticket)
    }

    private func endLook(_ lane: Connection, _ main: Connection) async {
        guard links?.main === main else { return await lane.close() }
        if lanes?.comeBack(lane) != true { lanes?.endLook(lane) }
    }
}
