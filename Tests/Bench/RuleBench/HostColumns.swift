// SPDX-License-Identifier: Apache-2.0

/// The series of the host, of its pools and networks, and of the agent itself.
enum HostColumns {
    static let host: [Column] =
        [
            Column("libvirt_up", .constant(1)), Column("libvirt_domains", .constant(1000)),
            Column("libvirt_node_memory_total_bytes", .constant(8.8e12)),
            Column("libvirt_node_memory_available_bytes", .wander(3e12...5e12, unit: 1024)),
            Column("virtwarden_sample_age_seconds", .constant(0)),
            Column("virtwarden_domains_left_out", .constant(0)),
            Column("virtwarden_events_dropped_total", .constant(0)),
        ]
        + ["running", "paused", "shutoff"].map {
            Column("libvirt_allocated_memory_bytes", .constant($0 == "running" ? 4.2e12 : 1.7e10), ("state", $0))
        }

    static let agent: [Column] = [
        Column("virtwarden_series_left_out", .constant(0)), Column("virtwarden_rule_failures_total", .constant(0)),
        Column("virtwarden_config_last_reload_successful", .constant(1)),
        Column("virtwarden_notifications_oldest_seconds", .constant(0), ("receiver", "desk")),
        Column("virtwarden_notifications_dropped_total", .constant(0), ("receiver", "desk")),
        Column("virtwarden_quarantined_domains", .constant(0)),
        Column(
            "virtwarden_actions_total", .step(0, 1, at: 330), ("domain", "web-39"), ("action", "start"),
            ("result", "failure")),
    ]

    static func pool(_ number: Int) -> [Column] {
        func stat(_ name: String, _ course: Course) -> Column { Column("libvirt_storage_pool_" + name, course) }
        return [
            stat("capacity_bytes", .constant(2e12)),
            stat("available_bytes", .fall(from: number == 0 ? 1.9e11 : 9e11, 1e6)),
            stat("allocation_bytes", .wander(4e11...6e11, unit: 4096)), stat("state", .constant(2)),
            stat("autostart", .constant(1)), stat("timed_out", .constant(0)),
        ]
    }

    static func network(_ number: Int) -> [Column] {
        [
            Column("libvirt_network_active", .constant(number == 0 ? 0 : 1)),
            Column("libvirt_network_autostart", .constant(1)),
        ]
    }
}
