// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Errors of each disk: `virDomainGetDiskErrors`.
///
/// Every disk that was asked about has a series for every known reason, 0 or 1, so that an end is seen as well as a
/// beginning. An error pauses the domain; QEMU lists it until the domain starts anew, also when it was resumed and
/// writes well. So a domain that runs has none: were it still there, the domain would have been paused again.
public struct DiskErrorCollector: Collector {
    public static let name = "disk_error"
    public static let interval: Duration? = .seconds(120)
    private static let error = MetricFamily(
        "libvirt_domain_block_error", .gauge,
        "Whether libvirt reports an error of the disk: for want of space (no_space), or another (unspecified).",
        labels: ["target_device", "reason"])
    public static let families = [error]
    /// By `virDomainDiskErrorCode`.
    private static let reasons: [(code: Int32, word: String)] = [(1, "unspecified"), (2, "no_space")]

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.diskErrors]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let details = reading.details, let errors = details.diskErrors else { return }
        let isRunning = reading.stats.status?.state == .running
        let asked = Set(details.disks)
        for disk in details.disks + errors.keys.filter({ !asked.contains($0) }).sorted() where !disk.isEmpty {
            let code = isRunning ? 0 : errors[disk] ?? 0
            var isKnown = code == 0
            for reason in Self.reasons {
                isKnown = isKnown || reason.code == code
                writer.add(
                    Self.error, labels: [("target_device", disk), ("reason", reason.word)],
                    (reason.code == code).gauge)
            }
            // A reason of a newer libvirt is shown by its digits while it lasts.
            if !isKnown { writer.add(Self.error, labels: [("target_device", disk), ("reason", String(code))], 1) }
        }
    }
}
