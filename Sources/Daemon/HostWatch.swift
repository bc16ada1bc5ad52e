// SPDX-License-Identifier: Apache-2.0
import Dispatch
package import DomainXML
import Libvirt
package import Logging
import Queues
package import Sampling
package import Vocabulary

/// Watches one libvirt host: keeps its connections, hears its events, samples its domains on a Dispatch timer.
///
/// All its state is confined to one serial queue, on which the timer fires too. It never waits for a monitor there:
/// such calls run in the lane's own queue, and their result comes back as a value.
package actor HostWatch {
    /// Where a host is and how it is watched.
    package struct Plan: Hashable, Sendable {
        package var name: String
        /// libvirt's default when nil.
        package var uri: String?
        /// The `host` label, when there is more than one connection.
        package var label: String?
        /// Whether remediation may act, so that a read-write connection is wanted.
        package var writes: Bool
        package var sampling: SamplingPlan
        /// How long a call may take before the numbers it should bring count as unknown.
        package var deadline: Duration
        package var filter: DomainFilter
        /// The most domains that are watched; those met later are left out and counted.
        package var domainLimit: Int
        /// What becomes labels of the domains' metadata.
        package var metadata: MetadataPaths
        package var objects: ObjectOptions
        /// Whether guests' agents may be asked.
        package var asksGuests: Bool

        package init(
            name: String, uri: String?, label: String? = nil, writes: Bool = false,
            sampling: SamplingPlan = SamplingPlan(interval: .seconds(10)), deadline: Duration = .seconds(3),
            filter: DomainFilter = .all, domainLimit: Int = .max, metadata: MetadataPaths = .none,
            objects: ObjectOptions = ObjectOptions(), asksGuests: Bool = false
        ) {
            self.name = name
            self.uri = uri
            self.label = label
            self.writes = writes
            self.sampling = sampling
            self.deadline = deadline
            self.filter = filter
            self.domainLimit = domainLimit
            self.metadata = metadata
            self.objects = objects
            self.asksGuests = asksGuests
        }

        /// Whether the other plan is for the same series of the same domains of the same host.
        package func isSameHost(as other: Plan) -> Bool {
            name == other.name && uri == other.uri && label == other.label && filter == other.filter
                && sampling == other.sampling && domainLimit == other.domainLimit
                && metadata == other.metadata && objects == other.objects
        }

        package var interval: Duration { sampling.interval }
        /// How long it may take to open a connection: a name is looked up, a login made, and the host is asked some things.
        package var openingDeadline: Duration { max(.seconds(5), deadline * 5) }
        package var slowInterval: Duration { sampling.slowInterval }
        /// How often each guest's agent is asked.
        package var guestInterval: Duration { sampling.slowInterval }
    }

    private let executor: QueueExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package nonisolated let name: String
    private(set) var plan: Plan
    let board: Board
    let log: Logger
    /// Told of what changed: names of metrics and the time, for the rules; events and findings, for remediation.
    let listener: any HostListener

    var links: HostLinks?
    var domains: [ObjectUUID: WatchedDomain] = [:]
    var versions: Versions?
    /// Calls that the driver has not, and calls that it has answered, on the connection there is.
    var refused: Set<String>
    var answered: Set<String> = []
    /// Calls that are never made.
    let withheld: Set<String>
    /// Refusals that the log has told of.
    var toldOf: Set<String> = []
    var figures = RoundFigures()
    /// The events of the connection there is.
    var events: EventStream?
    var series: HostFigures
    var node: NodeFigures
    var objects: ObjectFigures
    /// Where guests' agents are asked.
    var guests = GuestLane()
    /// Whether the last round has had no answer, though there is a connection.
    var isSilent = false
    /// Whether what was known of guests' agents has been withdrawn.
    var areGuestsLost = false
    /// When the round began that runs now.
    var roundSince: Duration?
    /// Where tier 2 runs; nil while there is no connection.
    var lanes: Lanes?
    /// The call of tier 2 whose answer counts.
    var monitorCall: MonitorCall?
    /// Whether a task waits for the deadline of such calls.
    var isWatchingDeadlines = false
    var callNumber = 0
    /// Domains whose monitor does not answer.
    var hung: Set<ObjectUUID> = []
    /// When each group of collectors last ran.
    var clock = GroupClock()
    /// Domains whose monitors are asked in the next round, apart from the others: those that were started or stopped, or
    /// were busy when they were asked; and until when (on the monotonic clock) that is tried.
    var retries: [ObjectUUID: Duration] = [:]
    /// Domains that are read call by call and wait for their turn.
    var callQueue = SpreadQueue()
    /// Domains that wait to be asked what the calls of a group tell, by the group's place in the plan.
    var detailQueues: [Int: SpreadQueue] = [:]
    private var timer: (any DispatchSourceTimer)?
    /// When the timer fires next, on the monotonic clock.
    private var nextRound = Duration.zero
    /// When the rules last got a point of what is put seldom, on the monotonic clock.
    var renewed: Duration?
    /// When a writer was last opened after the connections were, on the monotonic clock, and what was said of a failure.
    var writerTried: Duration?
    private var saidWriterProblem: String?
    /// Domains whose definition could not be read, and when it is read again, on the monotonic clock.
    var unreadable: [ObjectUUID: Duration] = [:]
    /// Domains for which there was no room in the round before.
    var domainsLeftOut = 0
    var connecting: Task<Void, Never>?
    private(set) var isStopped = false

    static let bulkCall = "virConnectGetAllDomainStats"
    static let listCall = "virDomainListGetStats"

    /// `refused` names calls that are not made, as if the driver had none of them.
    package init(
        _ plan: Plan, board: Board, log: Logger, listener: any HostListener, refused: Set<String> = []
    ) {
        executor = QueueExecutor(label: "virtwarden.host.\(plan.name)")
        name = plan.name
        self.plan = plan
        self.board = board
        self.log = log
        self.listener = listener
        withheld = refused
        self.refused = refused
        series = HostFigures(host: plan.label, sampling: plan.sampling)
        node = NodeFigures(host: plan.label)
        objects = ObjectFigures(host: plan.label)
    }

    package var isUp: Bool { links != nil }
    /// How long ago the host was last sampled; nil when it never was.
    package var sampleAge: Duration? { figures.lastSuccessAt.map { .monotonic - $0 } }

    /// Why the host's numbers cannot be relied on now, a clause; nil when they can.
    package var reasonNotReady: String? {
        guard isUp else { return "libvirt of \(name) does not answer" }
        guard let age = sampleAge else { return "\(name) has not been sampled yet" }
        return age > plan.interval * 3 ? "\(name) was last sampled \(DurationText.format(age)) ago" : nil
    }

    /// How many domains are in each state.
    package var counts: [String: Int] {
        domains.values.reduce(into: [:]) { $0[$1.status.state.name, default: 0] += 1 }
    }

    /// What the domains in each state may use of the host.
    var allocations: [String: HostSeries.Allocation] {
        domains.values.reduce(into: [:]) { $0[$1.status.state.name, default: .init()].add($1.allocation) }
    }

    /// The state of each domain, by name.
    package var states: [String: DomainStatus] {
        Dictionary(domains.values.map { ($0.identity.name, $0.status.words) }, uniquingKeysWith: { first, _ in first })
    }

    /// Begins: connects, however long that takes, and samples at every interval.
    package func start() {
        let source = DispatchSource.makeTimerSource(flags: .strict, queue: executor.queue)
        source.setEventHandler { @Sendable [weak self] in self?.assumeIsolated { $0.tick() } }
        timer = source
        nextRound = .monotonic
        schedule()
        source.activate()
        connect()
    }

    /// Arms the timer for the next round: a while before the next scrape, when those come in a rhythm.
    private func schedule() {
        let now = Duration.monotonic
        let due = RoundTimes.next(after: nextRound, interval: plan.interval, beat: board.beat, lead: roundLead)
        // A host that was asleep does not make up for the rounds it missed.
        nextRound = due > now ? due : now + plan.interval
        timer?.schedule(
            deadline: .now() + .microseconds(Int(clamping: (nextRound - now).milliseconds * 1000)),
            leeway: .milliseconds(5))
    }

    /// How long before a scrape a round begins: time enough for it and for a scheduler that is busy.
    private var roundLead: Duration {
        min((figures.lastDuration ?? .zero) * 2 + .milliseconds(50), .milliseconds(400))
    }

    /// Takes the deadline, and the wish to write, of another plan for the same host.
    package func adjust(_ new: Plan) async {
        let old = plan
        plan = new
        if old.asksGuests, !new.asksGuests { leaveGuests() }
        guard old.writes != new.writes, let links else { return }
        writerTried = .monotonic
        let changed = await links.writing(new.writes, plan.uri, within: plan.openingDeadline)
        // The connections may have been replaced meanwhile; the new ones were opened by the new plan.
        guard self.links?.main === links.main else { return }
        self.links = changed
        sayWriterProblem()
    }

    /// Says why there is no writer, once.
    func sayWriterProblem() {
        let problem = links?.writerProblem?.description
        defer { saidWriterProblem = problem }
        guard let problem, problem != saidWriterProblem else { return }
        log.error("cannot open \(name) for repairs: \(problem); watching goes on, and each repair tries again")
    }

    /// Ends the watch; its series end with it.
    package func stop() {
        isStopped = true
        timer?.cancel()
        timer = nil
        connecting?.cancel()
        disconnect()
        forgetObjects()
        for uuid in domains.keys { forget(uuid, at: .now) }
        board.remove([.host(name, .libvirt), .host(name, .rounds), .host(name, .capabilities)], at: .now)
        board.forgetSample(of: name)
    }

    /// A tick that comes while a round runs is skipped and counted, never queued.
    private func tick() {
        schedule()
        renewSeldom()
        board.dropLargePages()
        guard links != nil else {
            putHostSeries()
            return
        }
        round()
    }

    func round() {
        guard let since = roundSince else {
            roundSince = .monotonic
            Task {
                await self.roundOfCalls()
                await self.readUnreadable()
                self.keepWriter()
                self.roundSince = nil
            }
            return
        }
        figures.skippedRounds += 1
        if Duration.monotonic - since > plan.deadline {
            withdraw(
                Set(CollectorTier.allCases).subtracting([.definition]),
                "libvirt of \(name) has not answered for \(plan.deadline)")
            putHostSeries()
        }
    }

    /// Takes numbers off the board that nobody knows any more: a scrape shows none rather than old ones.
    func withdraw(_ tiers: Set<CollectorTier>, _ sentence: String?) {
        var parts = groups(of: tiers).map { Board.Part.group($0) }
        // The state comes with every round.
        if tiers.contains(.round) {
            parts.append(.state)
            isSilent = true
        }
        if tiers.contains(.guest) {
            parts.append(.guest)
            loseGuests()
        }
        let keys = domains.values.flatMap { domain in parts.map { Board.Key.domain(domain.identity, $0) } }
        guard board.remove(keys, at: .now), let sentence else { return }
        log.warning("\(sentence); its numbers are left out until it does")
    }
}
