// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc

extension Connection {
    /// What only single calls tell of one domain. With any of `calls` that has `DomainCall.reachesMonitor`, this may
    /// not return while the domain's monitor hangs: ask for those only where a call can be lost.
    ///
    /// Disks and interfaces are asked about by their targets. Calls named in `refused` (C function names) are not made;
    /// one that the driver answers with "not supported" is in the set that comes back, and one that worked in the other.
    /// Any other failure leaves nil.
    public func details(
        of uuid: ObjectUUID, calls: Set<DomainCall>, disks: [String] = [], interfaces: [String] = [],
        refused: Set<String>
    ) -> (details: DomainDetails, refused: Set<String>, answered: Set<String>) {
        var made = DetailCalls(refused: refused)
        made.details.disks = disks
        // Silence is right: a domain that vanished, or a connection that closed, has nothing to tell.
        guard let pointer = try? handle(), let domain = try? DomainHandle(uuid, on: pointer) else {
            return (DomainDetails(), refused, [])
        }
        for call in DomainCall.allCases where calls.contains(call) {
            switch call {
            case .job: made.details.job = made.job(domain, flags: 0)
            case .completedJob: made.details.completedJob = made.completedJob(domain)
            case .blockJobs: made.blockJobs(domain, disks)
            case .diskErrors: made.diskErrors(domain)
            case .blockLimits: made.blockLimits(domain, disks)
            case .snapshots: made.snapshots(domain)
            case .checkpoints: made.checkpoints(domain)
            case .vcpuPlaces: made.vcpuPlaces(domain)
            case .interfaceLimits: made.interfaceLimits(domain, interfaces)
            case .messages: made.messages(domain)
            case .addresses: made.addresses(domain)
            }
        }
        return (made.details, made.refused, made.answered)
    }
}

/// Makes each call unless the driver has refused it before.
struct DetailCalls {
    var details = DomainDetails()
    var refused: Set<String>
    var answered: Set<String> = []

    init(refused: Set<String>) {
        self.refused = refused
    }

    mutating func works(_ call: String, _ body: () -> Int32) -> Int32? {
        guard !refused.contains(call) else { return nil }
        let result = body()
        guard result < 0 else {
            answered.insert(call)
            return result
        }
        if VirError.last(call).code == .noSupport { refused.insert(call) }
        return nil
    }

    mutating func job(_ domain: borrowing DomainHandle, flags: UInt32) -> DomainJob? {
        var type: Int32 = 0
        var parameters: virTypedParameterPtr?
        var count: Int32 = 0
        let pointer = domain.pointer
        let done = works("virDomainGetJobStats") {
            virDomainGetJobStats(pointer, &type, &parameters, &count, flags)
        }
        guard done != nil else { return nil }
        defer { virTypedParamsFree(parameters, count) }
        let found = TypedParameters(parameters, count: count)
        var figures: [DomainJob.Figure: UInt64] = [:]
        for figure in DomainJob.Figure.allCases { figures[figure] = found.number(figure.rawValue) }
        return DomainJob(type: type, figures: figures)
    }

    /// nil when no job has ended since the domain started.
    mutating func completedJob(_ domain: borrowing DomainHandle) -> DomainJob? {
        let keep = VIR_DOMAIN_JOB_STATS_COMPLETED.rawValue | VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED.rawValue
        let found = job(domain, flags: keep)
        return found?.type == 0 ? nil : found
    }

    mutating func snapshots(_ domain: borrowing DomainHandle) {
        let pointer = domain.pointer
        details.snapshots = works("virDomainSnapshotNum") { virDomainSnapshotNum(pointer, 0) }.map { Int($0) }
    }

    mutating func checkpoints(_ domain: borrowing DomainHandle) {
        let pointer = domain.pointer
        details.checkpoints = works("virDomainListAllCheckpoints") {
            virDomainListAllCheckpoints(pointer, nil, 0)
        }.map { Int($0) }
    }

    mutating func vcpuPlaces(_ domain: borrowing DomainHandle) {
        let pointer = domain.pointer
        var info = virDomainInfo()
        guard works("virDomainGetInfo", { virDomainGetInfo(pointer, &info) }) != nil else { return }
        let count = Int(info.nrVirtCpu)
        guard count > 0, count <= 4096 else { return }
        var found = [virVcpuInfo](repeating: virVcpuInfo(), count: count)
        let filled = works("virDomainGetVcpus") { virDomainGetVcpus(pointer, &found, Int32(count), nil, 0) }
        guard let filled else { return }
        // A negative number stands for "none" or "not known".
        let placed = found.prefix(Int(filled)).filter { $0.cpu >= 0 }
        details.vcpuPlaces = Dictionary(
            placed.map { (Int($0.number), Int($0.cpu)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The most messages of each kind that are kept.
    private static let messageLimit = 32

    mutating func messages(_ domain: borrowing DomainHandle) {
        let pointer = domain.pointer
        for (kind, flag) in [
            ("deprecation", VIR_DOMAIN_MESSAGE_DEPRECATION), ("tainting", VIR_DOMAIN_MESSAGE_TAINTING),
        ] {
            var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
            let count = works("virDomainGetMessages") { virDomainGetMessages(pointer, &list, flag.rawValue) }
            guard let count else { continue }
            var texts: [String] = []
            for index in 0..<Int(count) {
                guard let text = list?[index] else { continue }
                if texts.count < Self.messageLimit { texts.append(TypedParameters.bounded(text)) }
                free(text)
            }
            free(list)
            details.messages = (details.messages ?? []) + texts.map { DomainMessage(kind: kind, text: $0) }
        }
    }
}
