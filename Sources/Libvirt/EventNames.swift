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
    public static let catalogue: [(kind: String, detail: String)] =
        [
            "crashed_panicked", "resumed_unpaused", "shutdown_guest", "shutdown_host", "started_booted",
            "stopped_crashed", "stopped_destroyed", "stopped_failed", "stopped_shutdown", "suspended_ioerror",
            "suspended_paused", "suspended_watchdog",
        ].map { ("lifecycle", $0) } + [("reboot", "reboot"), ("control_error", "control_error")]
        + EventNames.watchdog.prefix(4).map { ("watchdog", $0) }
        + EventNames.ioError.dropFirst().map { ("io_error", $0) }
}
