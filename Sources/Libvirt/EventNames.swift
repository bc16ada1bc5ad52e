// SPDX-License-Identifier: Apache-2.0

/// The words of event numbers, from the tables of libvirt-domain.h.
enum EventNames {
    private static let types = [
        "defined", "undefined", "started", "suspended", "resumed", "stopped", "shutdown", "pmsuspended", "crashed",
    ]
    private static let details: [[String]] = [
        ["added", "updated", "renamed", "from_snapshot"],
        ["removed", "renamed"],
        ["booted", "migrated", "restored", "from_snapshot", "wakeup", "recreated"],
        [
            "paused", "migrated", "ioerror", "watchdog", "restored", "from_snapshot", "api_error", "postcopy",
            "postcopy_failed", "guest_shutdown",
        ],
        ["unpaused", "migrated", "from_snapshot", "postcopy", "postcopy_failed"],
        ["shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from_snapshot", "recreated"],
        ["finished", "guest", "host"],
        ["memory", "disk"],
        ["panicked", "crashloaded"],
    ]
    static let watchdog = ["none", "pause", "reset", "poweroff", "shutdown", "debug", "inject_nmi"]
    static let ioError = ["none", "pause", "report"]
    /// The first says that the failure hurts nobody.
    static let memoryFailure = ["ignore", "inject", "fatal", "reset"]
    static let agentState = ["unknown", "connected", "disconnected"]

    /// `stopped_failed` for `VIR_DOMAIN_EVENT_STOPPED`, `VIR_DOMAIN_EVENT_STOPPED_FAILED`.
    static func lifecycle(_ type: Int32, _ detail: Int32) -> String {
        let words = details.indices.contains(Int(type)) ? details[Int(type)] : []
        return types.word(type) + "_" + words.word(detail)
    }

    static let lifecycleDetails: [String] = zip(types, details).flatMap { type, words in words.map { "\(type)_\($0)" } }
}

extension Event {
    /// Kinds and details that are counted from 0 when a domain appears, so that the first one is an increase.
    ///
    /// Each costs a series a domain, so here is only what somebody is woken for, or misses when it stays away: how
    /// domains end, stop, suffer and move, and how jobs end. Not here: what only follows another event
    /// (`shutdown_finished`, `suspended_migrated`), what somebody ordered a moment before (`defined_…`, snapshots,
    /// hot-plug), and what comes often and means little (clock, balloon, graphics, tunables). The end of a backup is in
    /// its job, not in each disk's. What is not here is counted from its first time on.
    public static let catalogue: [(kind: String, detail: String)] =
        words("lifecycle", lifecycle) + words("job_completed", ["backup", "migration_out"].flatMap(ends))
        + words("block_job", ["pull", "copy", "commit", "active_commit"].flatMap(ends))
        + words("watchdog", Array(EventNames.watchdog.prefix(4)))
        + words("io_error", Array(EventNames.ioError.dropFirst()))
        + words("agent_lifecycle", Array(EventNames.agentState.dropFirst()))
        + words("memory_failure", Array(EventNames.memoryFailure.dropFirst()))
        + ["reboot", "control_error", "block_threshold", "device_removal_failed"].map { ($0, $0) }

    private static let lifecycle = [
        "crashed_crashloaded", "crashed_panicked", "pmsuspended_disk", "pmsuspended_memory", "resumed_migrated",
        "resumed_unpaused", "shutdown_guest", "shutdown_host", "started_booted", "started_migrated", "stopped_crashed",
        "stopped_destroyed", "stopped_failed", "stopped_migrated", "stopped_saved", "stopped_shutdown",
        "suspended_api_error", "suspended_ioerror", "suspended_paused", "suspended_watchdog",
    ]

    private static func words(_ kind: String, _ details: [String]) -> [(kind: String, detail: String)] {
        details.map { (kind, $0) }
    }

    private static func ends(_ job: String) -> [String] { [job + "_completed", job + "_failed"] }
}
