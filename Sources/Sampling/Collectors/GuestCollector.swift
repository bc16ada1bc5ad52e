// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What each guest says of itself through its agent: `virDomainGetGuestInfo`. Whether the agent is connected is known
/// without asking it.
public struct GuestCollector: Collector {
    public static let name = "guest"
    private static let up = gauge(
        "agent_up", "Whether the guest's agent is connected and, where it is asked, answers.")
    private static let about = gauge(
        "info", "Operating system and name that the guest gives itself; always 1.",
        labels: [
            "os_id", "os_name", "os_version", "os_variant", "kernel_release", "kernel_version", "machine", "hostname",
            "timezone",
        ])
    private static let size = gauge(
        "filesystem_size_bytes", "Size of the file system that the guest has mounted, in bytes.",
        labels: ["mountpoint", "fstype", "device"])
    private static let used = gauge(
        "filesystem_used_bytes", "What is used of the file system that the guest has mounted, in bytes.",
        labels: ["mountpoint", "fstype", "device"])
    private static let dropped = gauge(
        "filesystems_dropped", "File systems of the guest that are left out, because it names too many.")
    private static let load1 = gauge("load1", "Load of the guest over one minute.")
    private static let load5 = gauge("load5", "Load of the guest over five minutes.")
    private static let load15 = gauge("load15", "Load of the guest over fifteen minutes.")
    private static let users = gauge("users", "Users who are logged in at the guest.")
    public static let families = [up, about, size, used, dropped, load1, load5, load15, users]

    private static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("libvirt_domain_guest_" + name, .gauge, help, labels: labels)
    }

    public let needs: StatsGroups = []
    public let tier = CollectorTier.guest

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        writer.add(Self.up, reading.isGuestAgentUp?.gauge)
        guard let guest = reading.guest else { return }
        let about = [
            ("os_id", guest.osID), ("os_name", guest.osName), ("os_version", guest.osVersion),
            ("os_variant", guest.osVariant), ("kernel_release", guest.kernelRelease),
            ("kernel_version", guest.kernelVersion), ("machine", guest.machine), ("hostname", guest.hostname),
            ("timezone", guest.timezone),
        ]
        if about.contains(where: { $0.1 != nil }) {
            writer.add(info: Self.about, labels: about.map { ($0.0, $0.1 ?? "") })
        }
        for filesystem in guest.filesystems ?? [] {
            let labels = [
                ("mountpoint", filesystem.mountpoint), ("fstype", filesystem.kind ?? ""),
                ("device", filesystem.device ?? ""),
            ]
            if let total = filesystem.total { writer.add(Self.size, labels: labels, Double(total)) }
            if let used = filesystem.used { writer.add(Self.used, labels: labels, Double(used)) }
        }
        if guest.filesystems != nil { writer.add(Self.dropped, Double(guest.droppedFilesystems)) }
        writer.add(Self.load1, guest.load1)
        writer.add(Self.load5, guest.load5)
        writer.add(Self.load15, guest.load15)
        writer.add(Self.users, guest.users.map { Double($0) })
    }
}
