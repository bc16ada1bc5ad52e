// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// The job of each disk that runs now, a pull, copy, commit or backup: `virDomainGetBlockJobInfo`.
public struct BlockJobCollector: Collector {
    public static let name = "block_job"
    public static let interval: Duration? = .seconds(120)
    private static let type = MetricFamily(
        "libvirt_domain_block_job_type_code", .gauge,
        "What the disk's job does: 1 pull, 2 copy, 3 commit, 4 active commit, 5 backup.", labels: ["target_device"])
    private static let current = MetricFamily(
        "libvirt_domain_block_job_current_bytes", .gauge, "How far the disk's job is, in bytes.",
        labels: ["target_device"])
    private static let end = MetricFamily(
        "libvirt_domain_block_job_end_bytes", .gauge, "Where the disk's job will be done, in bytes.",
        labels: ["target_device"])
    public static let families = [type, current, end]

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.blockJobs]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let jobs = reading.details?.blockJobs else { return }
        for (disk, job) in jobs.sorted(by: { $0.key < $1.key }) {
            writer.add(Self.type, label: "target_device", disk, Double(job.type))
            writer.add(Self.current, label: "target_device", disk, Double(job.current))
            writer.add(Self.end, label: "target_device", disk, Double(job.end))
        }
    }
}
