// SPDX-License-Identifier: Apache-2.0

/// `virDomainState`; a number without a word is kept.
public struct DomainState: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let noState = DomainState(rawValue: 0)
    public static let running = DomainState(rawValue: 1)
    public static let blocked = DomainState(rawValue: 2)
    public static let paused = DomainState(rawValue: 3)
    public static let shutdown = DomainState(rawValue: 4)
    public static let shutoff = DomainState(rawValue: 5)
    public static let crashed = DomainState(rawValue: 6)
    public static let pmsuspended = DomainState(rawValue: 7)
    public static let known: [DomainState] = [
        noState, running, blocked, paused, shutdown, shutoff, crashed, pmsuspended,
    ]

    private static let names = [
        "nostate", "running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended",
    ]

    /// libvirt's word, or the digits of a state that has none here.
    public var name: String { DomainState.names.word(rawValue) }
}

/// What `virDomainGetState` says: a state and the reason for it.
public struct StateReading: Hashable, Sendable {
    public let state: DomainState
    /// The reason's number; its meaning depends on the state.
    public let reason: Int32

    public init(state: DomainState, reason: Int32) {
        self.state = state
        self.reason = reason
    }

    private static let reasons: [DomainState: [String]] = [
        .running: [
            "unknown", "booted", "migrated", "restored", "from_snapshot", "unpaused", "migration_canceled",
            "save_canceled", "wakeup", "crashed", "postcopy", "postcopy_failed",
        ],
        .paused: [
            "unknown", "user", "migration", "save", "dump", "ioerror", "watchdog", "from_snapshot", "shutting_down",
            "snapshot", "crashed", "starting_up", "postcopy", "postcopy_failed", "api_error",
        ],
        .shutdown: ["unknown", "user"],
        .shutoff: [
            "unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from_snapshot", "daemon",
        ],
        .crashed: ["unknown", "panicked"],
    ]

    /// libvirt's word for the reason (`virDomain…Reason`), `unknown` for 0, else the digits.
    public var reasonName: String {
        reason == 0 ? "unknown" : (StateReading.reasons[state] ?? []).word(reason)
    }
}

/// What `virDomainGetControlInfo` says of a domain's monitor.
public struct ControlReading: Hashable, Sendable {
    /// Whether a job or a command is under way, or the monitor is broken.
    public let isBusy: Bool
    /// Whether it is a job: a migration, a save, a dump, which may take its time.
    public let isJob: Bool
    /// How long that has lasted.
    public let since: Duration
}

extension [String] {
    /// The word at `number`, or the number's digits.
    func word(_ number: Int32) -> String {
        indices.contains(Int(number)) ? self[Int(number)] : String(number)
    }
}
