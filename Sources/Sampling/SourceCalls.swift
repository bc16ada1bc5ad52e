// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Vocabulary

/// Which calls of libvirt the series of each family are made of, by the calls' names in C: for the documentation.
enum SourceCalls {
    private static let bulk = "virConnectGetAllDomainStats"

    /// Families, by how their names begin, whose source is another than their collector's, or that no collector fills.
    /// The first that fits counts.
    private static let table: [(prefix: String, source: String)] = [
        ("libvirt_domain_autostart", "virConnectListAllDomains, virDomainGetAutostart"),
        ("libvirt_domain_managed_save", "virConnectListAllDomains, virDomainHasManagedSaveImage"),
        ("libvirt_domain_persistent", "virConnectListAllDomains, virDomainIsPersistent"),
        ("libvirt_domain_state", "\(bulk): state; virDomainGetState after an event"),
        ("libvirt_domain_sample_timestamp_seconds", "\(bulk): the groups that reach the monitor"),
        ("libvirt_domain_start_time_seconds", "virConnectDomainEventRegisterAny"),
        ("libvirt_domain_timed_out", "virDomainGetControlInfo"),
        ("libvirt_domain_info_meta", "virDomainGetXMLDesc"),
        ("libvirt_domain_block_meta", "virDomainGetXMLDesc"),
        ("libvirt_domain_interface_meta", "virDomainGetXMLDesc"),
        ("libvirt_domain_block_stats_info", "virDomainGetXMLDesc"),
        ("libvirt_domain_block_stats_", "\(bulk): block"),
        ("libvirt_domain_memory_stats_", "\(bulk): balloon"),
        ("libvirt_domain_cache_monitor_bytes", "\(bulk): cpu-total"),
        ("libvirt_domain_memory_bandwidth_bytes_total", "\(bulk): memory"),
        ("libvirt_domain_snapshots", "virDomainSnapshotNum"),
        ("libvirt_domain_checkpoints", "virDomainListAllCheckpoints"),
        ("libvirt_domain_completed_job_", "virDomainGetJobStats (completed)"),
        ("libvirt_domain_job_", "virDomainGetJobStats"),
        ("libvirt_domain_guest_agent_up", "virDomainGetXMLDesc, event agent_lifecycle, virDomainGetGuestInfo"),
        ("libvirt_domain_events_total", "virConnectDomainEventRegisterAny"),
        ("libvirt_network_events_total", "virConnectNetworkEventRegisterAny"),
        ("libvirt_storage_pool_events_total", "virConnectStoragePoolEventRegisterAny"),
        ("libvirt_node_device_events_total", "virConnectNodeDeviceEventRegisterAny"),
        ("libvirt_secret_events_total", "virConnectSecretEventRegisterAny"),
        ("libvirt_up", "virConnectOpenReadOnly, virConnectRegisterCloseCallback"),
        ("libvirt_versions_info", "virConnectGetVersion, virConnectGetLibVersion, virGetVersion"),
        ("libvirt_domains", "virConnectListAllDomains, \(bulk): state"),
        ("libvirt_interface_active", "virConnectListAllInterfaces"),
        ("libvirt_interface_", "virConnectListAllInterfaces, virInterfaceGetXMLDesc"),
        ("libvirt_network_active", "virNetworkIsActive"),
        ("libvirt_network_autostart", "virNetworkGetAutostart"),
        ("libvirt_network_dhcp_lease", "virNetworkGetDHCPLeases"),
        ("libvirt_network_info", "virConnectListAllNetworks, virNetworkGetXMLDesc, virNetworkIsPersistent"),
        ("libvirt_node_cpu_seconds_total", "virNodeGetCPUStats"),
        ("libvirt_node_cell_memory_free_bytes", "virNodeGetCellsFreeMemory"),
        ("libvirt_node_cell_memory_total_bytes", "virConnectGetCapabilities"),
        ("libvirt_node_free_pages", "virNodeGetFreePages"),
        ("libvirt_node_ksm_", "virNodeGetMemoryParameters"),
        ("libvirt_node_pages", "virConnectGetCapabilities"),
        ("libvirt_node_memory_", "virNodeGetMemoryStats"),
        ("libvirt_node_devices", "virNodeNumOfDevices"),
        ("libvirt_node_", "virNodeGetInfo"),
        ("libvirt_allocated_", "virDomainGetInfo, or \(bulk): balloon, vcpu; virDomainGetXMLDesc before"),
        ("libvirt_pool_info_", "virStoragePoolGetInfo"),
        ("libvirt_secrets", "virConnectNumOfSecrets"),
        ("libvirt_storage_pool_autostart", "virStoragePoolGetAutostart"),
        (
            "libvirt_storage_pool_info",
            "virConnectListAllStoragePools, virStoragePoolGetXMLDesc, virStoragePoolIsPersistent"
        ),
        ("libvirt_storage_pool_refresh_timestamp_seconds", "event refresh, virStoragePoolRefresh"),
        ("libvirt_storage_pool_timed_out", "every call about the pool"),
        ("libvirt_storage_pool_volumes", "virStoragePoolNumOfVolumes"),
        ("libvirt_storage_pool_", "virStoragePoolGetInfo"),
        ("libvirt_storage_volume_", "virStoragePoolListAllVolumes, virStorageVolGetInfo"),
    ]

    /// nil for a family that nothing is known of.
    static func of(_ family: MetricFamily, in collector: (any Collector)?) -> String? {
        // Their names begin as those of the bulk call's group do.
        if let limits = collector as? TinkoffLimitCollector { return of(limits) }
        return table.first { family.name.hasPrefix($0.prefix) }?.source ?? collector.map { of($0) }
    }

    private static func of(_ collector: any Collector) -> String {
        let groups = "\(bulk): " + collector.needs.names.joined(separator: ", ")
        switch collector.tier {
        case .definition: return "virDomainGetXMLDesc"
        case .state: return "\(groups); virDomainGetState after an event"
        case .round, .monitor: return groups
        case .information: return "virDomainGetInfo, or \(groups)"
        case .details:
            return DomainCall.allCases.filter(collector.calls.contains).map(\.function).joined(separator: ", ")
        case .guest: return "virDomainGetGuestInfo"
        }
    }
}

extension StatsGroups {
    /// The groups' names, as virsh calls them.
    fileprivate var names: [String] {
        let all: [(StatsGroups, String)] = [
            (.state, "state"), (.cpuTotal, "cpu-total"), (.balloon, "balloon"), (.vcpu, "vcpu"),
            (.interface, "interface"), (.block, "block"), (.perf, "perf"), (.iothread, "iothread"),
            (.memory, "memory"), (.dirtyrate, "dirtyrate"), (.vm, "vm"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}

extension DomainCall {
    fileprivate var function: String {
        switch self {
        case .job: "virDomainGetJobStats"
        case .completedJob: "virDomainGetJobStats (completed)"
        case .blockJobs: "virDomainGetBlockJobInfo"
        case .diskErrors: "virDomainGetDiskErrors"
        case .blockLimits: "virDomainGetBlockIoTune"
        case .snapshots: "virDomainSnapshotNum"
        case .checkpoints: "virDomainListAllCheckpoints"
        case .vcpuPlaces: "virDomainGetVcpus"
        case .interfaceLimits: "virDomainGetInterfaceParameters"
        case .messages: "virDomainGetMessages"
        case .addresses: "virDomainInterfaceAddresses"
        }
    }
}
