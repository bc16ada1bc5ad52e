// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc

/// What is asked about one domain.
public struct DetailsRequest: Sendable {
    public let uuid: ObjectUUID
    public let calls: Set<DomainCall>
    /// Disks and interfaces by their targets.
    public let disks: [String]
    public let interfaces: [String]

    public init(_ uuid: ObjectUUID, calls: Set<DomainCall>, disks: [String] = [], interfaces: [String] = []) {
        self.uuid = uuid
        self.calls = calls
        self.disks = disks
        self.interfaces = interfaces
    }
}

/// What single calls told of some domains.
public struct DetailsAnswer: Sendable {
    /// In the order in which they were asked; fewer when it was not gone on to the end.
    public internal(set) var details: [DomainDetails] = []
    /// Calls that were not to be made, with those that the driver answered with "not supported".
    public internal(set) var refused: Set<String>
    /// Calls that worked.
    public internal(set) var answered: Set<String> = []
}

extension Connection {
    /// What only single calls tell of some domains, one after another. With any call that has
    /// `DomainCall.reachesMonitor`, this may not return while a domain's monitor hangs: ask for those only where a call can
    /// be lost, and about few domains at once, since what is known of the first waits for the last. `goesOn` is asked
    /// before each domain, on the connection's queue.
    ///
    /// Calls named in `refused` (C function names) are not made. Any failure but "not supported" leaves nil; a domain that
    /// is gone, and a closed connection, tell nothing.
    public func details(
        of requests: [DetailsRequest], refused: Set<String>, while goesOn: @Sendable () -> Bool = { true }
    ) -> DetailsAnswer {
        var answer = DetailsAnswer(refused: refused)
        for request in requests {
            guard goesOn() else { break }
            answer.details.append(details(request, &answer))
        }
        return answer
    }

    private func details(_ request: DetailsRequest, _ answer: inout DetailsAnswer) -> DomainDetails {
        // Silence is right: a domain that vanished, or a connection that closed, has nothing to tell.
        guard let pointer = try? handle(), let domain = try? kept.handle(request.uuid, on: pointer) else {
            return DomainDetails()
        }
        var made = DetailCalls(refused: answer.refused)
        made.details.disks = request.disks
        for call in DomainCall.allCases where request.calls.contains(call) && !made.isGone {
            made.make(call, domain.handle, request)
        }
        answer.refused = made.refused
        answer.answered.formUnion(made.answered)
        if made.isGone { kept.drop(request.uuid) }
        return made.isGone ? DomainDetails() : made.details
    }
}

/// Makes each call unless the driver has refused it before.
struct DetailCalls {
    var details = DomainDetails()
    var refused: Set<String>
    var answered: Set<String> = []
    /// Whether a call said that there is no such domain.
    private(set) var isGone = false

    init(refused: Set<String>) {
        self.refused = refused
    }

    mutating func make(_ call: DomainCall, _ domain: borrowing DomainHandle, _ request: DetailsRequest) {
        switch call {
        case .job: details.job = job(domain, flags: 0)
        case .completedJob: details.completedJob = completedJob(domain)
        case .blockJobs: blockJobs(domain, request.disks)
        case .diskErrors: diskErrors(domain)
        case .blockLimits: blockLimits(domain, request.disks)
        case .snapshots: snapshots(domain)
        case .checkpoints: checkpoints(domain)
        case .vcpuPlaces: vcpuPlaces(domain)
        case .interfaceLimits: interfaceLimits(domain, request.interfaces)
        case .messages: messages(domain)
        case .addresses: addresses(domain)
        }
    }

    mutating func works(_ call: String, _ body: () -> Int32) -> Int32? {
        guard !refused.contains(call) else { return nil }
        let result = body()
        guard result < 0 else {
            answered.insert(call)
            return result
        }
        switch VirError.last(call).code {
        case .noSupport: refused.insert(call)
        case .noDomain: isGone = true
        default: break
        }
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
