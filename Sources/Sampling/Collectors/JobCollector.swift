// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// The job of each domain that runs now, a migration, save, dump or backup, and the one that ended last.
///
/// Figures of a running job are there only while it runs. How many jobs ended, and how, is in
/// `libvirt_domain_events_total{event="job_completed"}`.
public struct JobCollector: Collector {
    public static let name = "job"
    private static let type = MetricFamily(
        "libvirt_domain_job_info_type", .gauge, "Type of the job that runs: 1 of a known length, 2 of none.")

    /// A figure of a job, and by what it is multiplied to be in Prometheus's unit.
    private struct Row {
        let family: MetricFamily
        let figure: DomainJob.Figure
        let factor: Double

        init(_ name: String, _ figure: DomainJob.Figure, _ help: String, factor: Double = 1) {
            family = MetricFamily("libvirt_domain_" + name, .gauge, help)
            self.figure = figure
            self.factor = factor
        }
    }

    private static let progress = [
        Row("job_info_time_elapsed_seconds", .timeElapsed, "How long the job has run, in seconds.", factor: 0.001),
        Row(
            "job_info_time_remaining_seconds", .timeRemaining, "How long the job may still run, in seconds.",
            factor: 0.001),
        Row("job_info_data_total_bytes", .dataTotal, "Bytes that the job has to process."),
        Row("job_info_data_processed_bytes", .dataProcessed, "Bytes that the job has processed."),
        Row("job_info_data_remaining_bytes", .dataRemaining, "Bytes that the job has still to process."),
        Row("job_info_memory_total_bytes", .memoryTotal, "Bytes of memory that the job has to transfer."),
        Row("job_info_memory_processed_bytes", .memoryProcessed, "Bytes of memory that the job has transferred."),
        Row("job_info_memory_remaining_bytes", .memoryRemaining, "Bytes of memory that the job has still to transfer."),
        Row("job_info_file_total_bytes", .diskTotal, "Bytes of disks that the job has to transfer."),
        Row("job_info_file_processed_bytes", .diskProcessed, "Bytes of disks that the job has transferred."),
        Row("job_info_file_remaining_bytes", .diskRemaining, "Bytes of disks that the job has still to transfer."),
    ]
    private static let running = [
        Row("job_operation_code", .operation, "What the job does, as a number of libvirt's virDomainJobOperation."),
        Row(
            "job_downtime_seconds", .downtime, "How long the domain is expected to stand still, in seconds.",
            factor: 0.001),
        Row("job_setup_time_seconds", .setupTime, "How long the job took to begin, in seconds.", factor: 0.001),
        Row("job_memory_constant_pages", .memoryConstant, "Pages transferred that hold one byte over and over."),
        Row("job_memory_normal_pages", .memoryNormal, "Pages that were transferred whole."),
        Row("job_memory_normal_bytes", .memoryNormalBytes, "What was transferred in whole pages, in bytes."),
        Row("job_memory_bytes_per_second", .memoryRate, "Memory that the job transfers, in bytes a second."),
        Row("job_dirty_pages_per_second", .memoryDirtyRate, "Pages of memory that the domain changes, each second."),
        Row("job_iteration", .memoryIteration, "How often the job has gone through the domain's memory."),
        Row("job_page_size_bytes", .memoryPageSize, "Size of a page of the domain's memory, in bytes."),
        Row("job_postcopy_requests", .memoryPostcopyRequests, "Pages that the destination had to ask for."),
        Row(
            "job_throttle_ratio", .throttle, "How much the vCPUs are slowed down for the job: 0 not, 1 to a stop.",
            factor: 0.01),
        Row("job_disk_bytes_per_second", .diskRate, "What the job transfers of disks, in bytes a second."),
        Row("job_disk_temp_used_bytes", .diskTempUsed, "Temporary space that the job uses, in bytes."),
        Row("job_disk_temp_total_bytes", .diskTempTotal, "Temporary space that the job may use, in bytes."),
        Row(
            "job_compression_cache_bytes", .compressionCache,
            "Size of the cache that pages are compared with, in bytes."),
        Row("job_compression_bytes", .compressionBytes, "What compressed pages took when transferred, in bytes."),
        Row("job_compression_pages", .compressionPages, "Pages that were transferred compressed."),
        Row(
            "job_compression_cache_misses", .compressionCacheMisses,
            "Pages that were not compressed, since the cache did not hold them."),
        Row(
            "job_compression_overflows", .compressionOverflow,
            "Pages that were not compressed, since that made them longer."),
        Row("job_vfio_transferred_bytes", .vfioTransferred, "State of VFIO devices that was transferred, in bytes."),
    ]
    private static let completed = [
        Row(
            "completed_job_operation_code", .operation,
            "What the last job did, as a number of libvirt's virDomainJobOperation."),
        Row(
            "completed_job_time_elapsed_seconds", .timeElapsed, "How long the last job took, in seconds.", factor: 0.001
        ),
        Row(
            "completed_job_time_elapsed_net_seconds", .timeElapsedNet,
            "How long the last job took, without handing over to the other host, in seconds.", factor: 0.001),
        Row(
            "completed_job_downtime_seconds", .downtime,
            "How long the domain stood still for the last job, in seconds.", factor: 0.001),
        Row(
            "completed_job_downtime_net_seconds", .downtimeNet,
            "How long the domain stood still, without handing over to the other host, in seconds.", factor: 0.001),
        Row(
            "completed_job_setup_time_seconds", .setupTime, "How long the last job took to begin, in seconds.",
            factor: 0.001),
        Row("completed_job_success", .success, "Whether the last job worked."),
    ]
    public static let families = [type] + (progress + running + completed).map(\.family)

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.job, .completedJob]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let details = reading.details else { return }
        if let job = details.job, job.isRunning {
            writer.add(Self.type, Double(job.type))
            Self.add(job, Self.progress + Self.running, &writer)
        }
        if let job = details.completedJob { Self.add(job, Self.completed, &writer) }
    }

    /// Zeros in the place of a job's progress.
    static func addIdle(into writer: inout SampleWriter) {
        for family in [type] + progress.map(\.family) { writer.add(family, 0) }
    }

    private static func add(_ job: DomainJob, _ rows: [Row], _ writer: inout SampleWriter) {
        for row in rows { writer.add(row.family, job.figures[row.figure].map { Double($0) * row.factor }) }
    }
}
