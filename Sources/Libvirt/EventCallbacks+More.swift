// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The callbacks of events about a domain's devices, jobs, power and console.
extension EventCallbacks {
    static var more: [Registration] {
        [
            Registration(VIR_DOMAIN_EVENT_ID_RTC_CHANGE, onClock),
            Registration(VIR_DOMAIN_EVENT_ID_GRAPHICS, onGraphics),
            Registration(VIR_DOMAIN_EVENT_ID_DISK_CHANGE, onDisk),
            Registration(VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, onTray),
            Registration(VIR_DOMAIN_EVENT_ID_PMWAKEUP, onWakeup),
            Registration(VIR_DOMAIN_EVENT_ID_PMSUSPEND, onSuspend),
            Registration(VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, onSuspendToDisk),
            Registration(VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, onBalloon),
            Registration(VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, onBlockJob),
            Registration(VIR_DOMAIN_EVENT_ID_TUNABLE, onTunable),
            Registration(VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION, onMigrationIteration),
            Registration(VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, onJobCompleted),
            Registration(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, onRemovalFailed),
            // Not the last one: only what a driver says of an id that every library knows tells whether it has events.
            Registration(EventCallbacks.addressChange, onAddressChange),
            Registration(VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, onThreshold),
            Registration(VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE, onMemoryDevice),
        ]
    }

    /// `VIR_DOMAIN_EVENT_ID_NIC_MAC_CHANGE`, which came with libvirt 11.2.
    static var addressChange: virDomainEventID { virDomainEventID(27) }

    /// `virConnectDomainEventNICMACChangeCallback`: the interface's alias, its old address and its new one.
    typealias AddressChange =
        @convention(c) (
            virConnectPtr?, virDomainPtr?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
            UnsafeMutableRawPointer?
        ) -> Void

    /// `virDomainJobOperation` and whether it worked: `migration_out_completed`, `backup_failed`.
    fileprivate static func job(_ parameters: virTypedParameterPtr?, _ count: Int32) -> String {
        let operations = [
            "unknown", "start", "save", "restore", "migration_in", "migration_out", "snapshot", "snapshot_revert",
            "dump",
            "backup", "snapshot_delete",
        ]
        var operation: Int32 = 0
        var succeeded: Int32 = 1
        virTypedParamsGetInt(parameters, count, VIR_DOMAIN_JOB_OPERATION, &operation)
        virTypedParamsGetBoolean(parameters, count, VIR_DOMAIN_JOB_SUCCESS, &succeeded)
        return operations.word(operation) + (succeeded == 0 ? "_failed" : "_completed")
    }
}

private let onClock: virConnectDomainEventRTCChangeCallback = { _, domain, _, opaque in
    EventCallbacks.send(VIR_DOMAIN_EVENT_ID_RTC_CHANGE, domain, opaque, "rtc_change", "rtc_change")
}
private let onGraphics: virConnectDomainEventGraphicsCallback = { _, domain, phase, _, _, scheme, _, opaque in
    let phases = ["connect", "initialize", "disconnect"]
    EventCallbacks.send(VIR_DOMAIN_EVENT_ID_GRAPHICS, domain, opaque, "graphics", phases.word(phase), note: scheme)
}
private let onDisk: virConnectDomainEventDiskChangeCallback = { _, domain, _, _, alias, reason, opaque in
    let reasons = ["missing_on_start", "drop_missing_on_start"]
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_DISK_CHANGE, domain, opaque, "disk_change", reasons.word(reason), note: alias)
}
private let onTray: virConnectDomainEventTrayChangeCallback = { _, domain, alias, reason, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, domain, opaque, "tray_change", ["open", "close"].word(reason), note: alias)
}
private let onWakeup: virConnectDomainEventPMWakeupCallback = { _, domain, _, opaque in
    EventCallbacks.send(VIR_DOMAIN_EVENT_ID_PMWAKEUP, domain, opaque, "pm", "wakeup")
}
private let onSuspend: virConnectDomainEventPMSuspendCallback = { _, domain, _, opaque in
    EventCallbacks.send(VIR_DOMAIN_EVENT_ID_PMSUSPEND, domain, opaque, "pm", "suspend")
}
private let onSuspendToDisk: virConnectDomainEventPMSuspendDiskCallback = { _, domain, _, opaque in
    EventCallbacks.send(VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, domain, opaque, "pm", "suspend_disk")
}
private let onBalloon: virConnectDomainEventBalloonChangeCallback = { _, domain, _, opaque in
    EventCallbacks.send(VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, domain, opaque, "balloon_change", "balloon_change")
}
private let onBlockJob: virConnectDomainEventBlockJobCallback = { _, domain, disk, type, status, opaque in
    let types = ["unknown", "pull", "copy", "commit", "active_commit", "backup"]
    let ends = ["completed", "failed", "canceled", "ready"]
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, domain, opaque, "block_job", types.word(type) + "_" + ends.word(status),
        note: disk)
}
private let onTunable: virConnectDomainEventTunableCallback = { _, domain, _, _, opaque in
    EventCallbacks.send(VIR_DOMAIN_EVENT_ID_TUNABLE, domain, opaque, "tunable", "tunable")
}
private let onMigrationIteration: virConnectDomainEventMigrationIterationCallback = { _, domain, _, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION, domain, opaque, "migration_iteration", "migration_iteration")
}
private let onJobCompleted: virConnectDomainEventJobCompletedCallback = { _, domain, parameters, count, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, domain, opaque, "job_completed", EventCallbacks.job(parameters, count))
}
private let onRemovalFailed: virConnectDomainEventDeviceRemovalFailedCallback = { _, domain, alias, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, domain, opaque, "device_removal_failed", "device_removal_failed",
        note: alias)
}
private let onAddressChange: EventCallbacks.AddressChange = { _, domain, alias, _, _, opaque in
    EventCallbacks.send(
        EventCallbacks.addressChange, domain, opaque, "nic_mac_change", "nic_mac_change", note: alias)
}
private let onThreshold: virConnectDomainEventBlockThresholdCallback = { _, domain, device, _, _, _, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, domain, opaque, "block_threshold", "block_threshold", note: device)
}
private let onMemoryDevice: virConnectDomainEventMemoryDeviceSizeChangeCallback = { _, domain, alias, _, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE, domain, opaque, "memory_device", "size_change", note: alias)
}
