// SPDX-License-Identifier: Apache-2.0

/// The series of a QEMU domain with one disk, one interface and a guest's agent, as the agent's own collectors name them.
///
/// Some domains are not well, so that some of the sample rules find something; which ones, its number says.
struct DomainColumns {
    let number: Int

    private func isEach(_ count: Int, from first: Int) -> Bool { number % count == first }

    private var isPaused: Bool { isEach(250, from: 9) }
    private var isOff: Bool { isEach(250, from: 19) }
    private var isMigrating: Bool { isEach(100, from: 49) }
    private var state: Int { isPaused ? 3 : isOff ? 5 : 1 }

    var all: [Column] {
        states + definition + processors + memory + disk + interface + guest + job + events
    }

    private var states: [Column] {
        let words = ["nostate", "running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended"]
        return words.enumerated().map { code, word in
            Column("libvirt_domain_state", .constant(code == state ? 1 : 0), ("state", word))
        } + [
            Column("libvirt_domain_state_code", .constant(Double(state))),
            Column("libvirt_domain_state_reason_code", .constant(isPaused ? 5 : 1)),
            Column("libvirt_domain_timed_out", .constant(isEach(500, from: 109) ? 1 : 0)),
            Column("libvirt_domain_start_time_seconds", .constant(1_700_000_000.25 + Double(number))),
        ]
    }

    private var definition: [Column] {
        [
            Column(
                "libvirt_domain_info", .constant(1), ("uuid", "6a0b7c1e-0000-4000-8000-\(100_000_000_000 + number)"),
                ("os_type", "hvm"), ("os_type_arch", "x86_64"), ("os_type_machine", "pc-q35-7.2"),
                ("persistent", "true")),
            Column("libvirt_domain_autostart", .constant(1)),
            Column("libvirt_domain_persistent", .constant(1)),
            Column("libvirt_domain_managed_save", .constant(0)),
            Column("libvirt_domain_snapshots", .constant(Double(number % 3))),
            Column("libvirt_domain_checkpoints", .constant(0)),
        ]
    }

    private var processors: [Column] {
        let use = isEach(100, from: 3) ? 0.99 : 0.02 + Double(number % 17) * 0.04
        let stolen = isEach(200, from: 13) ? 0.15 : 0.002
        return [
            Column("libvirt_domain_info_cpu_time_seconds_total", .seconds(2 * use)),
            Column("libvirt_domain_info_maximum_memory_bytes", .constant(4_294_967_296)),
            Column("libvirt_domain_info_memory_usage_bytes", .constant(4_294_967_296)),
            Column("libvirt_domain_info_virtual_cpus", .constant(2)),
            Column("libvirt_domain_cpu_user_seconds_total", .seconds(0.01)),
            Column("libvirt_domain_cpu_system_seconds_total", .seconds(0.03)),
            Column("libvirt_domain_vcpu_current", .constant(2)),
            Column("libvirt_domain_vcpu_maximum", .constant(2)),
        ]
            + ["0", "1"].flatMap { vcpu in
                [
                    Column("libvirt_domain_vcpu_time_seconds_total", .seconds(use), ("vcpu", vcpu)),
                    Column("libvirt_domain_vcpu_wait_seconds_total", .constant(0), ("vcpu", vcpu)),
                    Column("libvirt_domain_vcpu_delay_seconds_total", .seconds(stolen), ("vcpu", vcpu)),
                    Column("libvirt_domain_vcpu_state", .constant(1), ("vcpu", vcpu)),
                    Column("libvirt_domain_vcpu_halted", .step(0, 1, at: number % 300), ("vcpu", vcpu)),
                ]
            }
    }

    private var memory: [Column] {
        func stat(_ name: String, _ course: Course) -> Column { Column("libvirt_domain_memory_stats_" + name, course) }
        let used: ClosedRange<Double> = isEach(100, from: 7) ? 0.96...0.99 : 0.2...0.8
        let swaps = isEach(200, from: 17) ? 2e6 : 0
        return [
            stat("current_balloon_bytes", .constant(4_294_967_296)),
            stat("maximum_bytes", .constant(4_294_967_296)),
            stat("unused_bytes", .wander(2e8...2e9, unit: 1024)),
            stat("available_bytes", .constant(4_127_195_136)),
            stat("usable_bytes", .wander(3e8...3e9, unit: 1024)),
            stat("rss_bytes", .wander(3.9e9...4.1e9, unit: 4096)),
            stat("disk_caches_bytes", .wander(1e8...1e9, unit: 1024)),
            stat("last_update_timestamp_seconds", .clock(1)),
            stat("used_ratio", .share(used)), stat("used_percent", .wander(20...80)),
            stat("major_fault_total", .count(0.02)), stat("minor_fault_total", .count(300)),
            stat("swap_in_bytes_total", .count(swaps, unit: 4096)),
            stat("swap_out_bytes_total", .count(swaps, unit: 4096)),
            stat("hugetlb_pgalloc_total", .constant(0)), stat("hugetlb_pgfail_total", .constant(0)),
        ]
    }

    private var disk: [Column] {
        func stat(_ name: String, _ course: Course) -> Column {
            Column("libvirt_domain_block_stats_" + name, course, ("target_device", "vda"))
        }
        // A quarter of the domains does nothing.
        let requests = number % 4 == 0 ? 0 : 2 + Double(number % 23)
        let seconds = requests * (isEach(200, from: 59) ? 0.2 : 0.003)
        let size = 21_474_836_480.0
        return [
            stat("read_bytes_total", .count(requests * 16_384, unit: 4096)),
            stat("read_requests_total", .count(requests)), stat("read_time_seconds_total", .seconds(seconds)),
            stat("write_bytes_total", .count(requests * 8192, unit: 4096)),
            stat("write_requests_total", .count(requests)), stat("write_time_seconds_total", .seconds(seconds)),
            stat("flush_requests_total", .count(requests / 4)), stat("flush_time_seconds_total", .seconds(seconds / 2)),
            stat("capacity_bytes", .constant(size)), stat("allocation_bytes", .count(100, unit: 65_536)),
            stat("physical_bytes", .count(100, unit: 4096)),
            Column(
                "libvirt_domain_block_stats_info", .constant(1), ("target_device", "vda"), ("disk_type", "file"),
                ("target_bus", "virtio"), ("driver_name", "qemu"), ("driver_type", "qcow2"),
                ("source_file", "/var/lib/libvirt/images/web-\(number).qcow2")),
            Column(
                "libvirt_domain_block_error", .constant(0), ("target_device", "vda"), ("reason", "unspecified")),
            Column(
                "libvirt_domain_block_error", .constant(isPaused ? 1 : 0), ("target_device", "vda"),
                ("reason", "no_space")),
        ]
    }

    private var interface: [Column] {
        let device = ("target_device", "vnet\(number)")
        func stat(_ name: String, _ rate: Double) -> Column {
            Column("libvirt_domain_interface_stats_" + name, .count(rate), device)
        }
        let packets = 5 + Double(number % 31)
        return [
            stat("receive_bytes_total", packets * 700), stat("receive_packets_total", packets),
            stat("receive_errors_total", isEach(250, from: 77) ? 0.1 : 0),
            stat("receive_drops_total", isEach(100, from: 69) ? packets / 20 : 0),
            stat("transmit_bytes_total", packets * 300), stat("transmit_packets_total", packets),
            stat("transmit_errors_total", 0), stat("transmit_drops_total", 0),
            Column(
                "libvirt_domain_interface_stats_info", .constant(1), device, ("interface_type", "network"),
                ("source_bridge", "virbr0"), ("model_type", "virtio"), ("network", "default"),
                ("mac_address", "52:54:00:00:\(10 + number / 90):\(10 + number % 90)")),
        ]
    }

    private var guest: [Column] {
        let place = [("mountpoint", "/"), ("fstype", "ext4"), ("device", "/dev/vda1")]
        let used = isEach(50, from: 1) ? 19.5e9...20.0e9 : 4e9...8e9
        return [
            Column("libvirt_domain_guest_agent_up", .step(1, isEach(200, from: 29) ? 0 : 1, at: 340)),
            Column(
                "libvirt_domain_guest_filesystem_size_bytes", .constant(20_957_446_144), place[0], place[1], place[2]),
            Column(
                "libvirt_domain_guest_filesystem_used_bytes", .wander(used, unit: 4096), place[0], place[1], place[2]),
        ]
    }

    private var job: [Column] {
        func info(_ name: String, _ course: Course = .constant(0)) -> Column {
            Column("libvirt_domain_job_info_" + name, isMigrating ? course : .constant(0))
        }
        // One migration in two gets nowhere.
        let left = isEach(200, from: 49) ? Course.wander(1e9...2e9, unit: 4096) : .fall(from: 4e9, 5e5)
        return [
            info("type", .constant(2)), info("time_elapsed_seconds", .count(1)), info("time_remaining_seconds"),
            info("data_total_bytes", .constant(4e9)), info("data_processed_bytes", .count(2e6, unit: 4096)),
            info("data_remaining_bytes", left), info("memory_total_bytes", .constant(4e9)),
            info("memory_processed_bytes", .count(2e6, unit: 4096)), info("memory_remaining_bytes", left),
            info("file_total_bytes"), info("file_processed_bytes"), info("file_remaining_bytes"),
        ] + (isMigrating ? [Column("libvirt_domain_job_operation_code", .constant(5))] : [])
    }

    private var events: [Column] {
        func event(_ detail: String, _ course: Course) -> Column {
            Column("libvirt_domain_events_total", course, ("event", "lifecycle"), ("detail", detail))
        }
        let crashes = isEach(500, from: 39) ? Course.count(0.01) : nil
        return [event("started_booted", .constant(1))] + (crashes.map { [event("stopped_failed", $0)] } ?? [])
    }
}
