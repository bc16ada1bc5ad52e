// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The C callbacks of domain events, one a shape of arguments. Each copies what it was given, enqueues, and returns:
/// no libvirt call that could reach the daemon is ever made here.
enum EventCallbacks {
    struct Registration {
        let id: Int32
        let callback: virConnectDomainEventGenericCallback

        init<Callback>(_ id: virDomainEventID, _ callback: Callback) {
            self.id = Int32(id.rawValue)
            // libvirt's own way (VIR_DOMAIN_EVENT_CALLBACK): it calls back with the arguments that belong to the id.
            self.callback = unsafeBitCast(callback, to: virConnectDomainEventGenericCallback.self)
        }
    }

    /// Every id but two whose news another brings: IO_ERROR (IO_ERROR_REASON says more) and BLOCK_JOB (BLOCK_JOB_2 names
    /// the target). Computed, since the list is read once a connection and holds C function pointers.
    static var all: [Registration] {
        [
            Registration(VIR_DOMAIN_EVENT_ID_LIFECYCLE, onLifecycle),
            Registration(VIR_DOMAIN_EVENT_ID_REBOOT, onReboot),
            Registration(VIR_DOMAIN_EVENT_ID_WATCHDOG, onWatchdog),
            Registration(VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, onIOError),
            Registration(VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, onControlError),
            Registration(VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, onAgent),
            Registration(VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, onDeviceAdded),
            Registration(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, onDeviceRemoved),
            Registration(VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, onMetadata),
            Registration(VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, onMemoryFailure),
        ] + more
    }

    /// Copies name and UUID, which the handle holds locally, and enqueues.
    static func send(
        _ id: virDomainEventID, _ domain: virDomainPtr?, _ opaque: UnsafeMutableRawPointer?, _ kind: String,
        _ detail: String, note: UnsafePointer<CChar>? = nil
    ) {
        guard let domain, let opaque else { return }
        let uuid = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { buffer -> ObjectUUID? in
            guard let base = buffer.baseAddress, virDomainGetUUID(domain, base) == 0 else { return nil }
            return ObjectUUID(bytes: base)
        }
        guard let uuid else { return }
        let name = virDomainGetName(domain).map { String(cString: $0) } ?? ""
        let text = note.map { String(cString: $0) } ?? ""
        Unmanaged<EventSink>.fromOpaque(opaque).takeUnretainedValue().yield(
            Event(uuid: uuid, name: name, kindName: kind, detailName: detail, note: text), id: Int32(id.rawValue))
    }
}

private let onLifecycle: virConnectDomainEventCallback = { _, domain, type, detail, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_LIFECYCLE, domain, opaque, "lifecycle", EventNames.lifecycle(type, detail))
    return 0
}
private let onReboot: virConnectDomainEventGenericCallback = { _, domain, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_REBOOT, domain, opaque, "reboot", "reboot")
}
private let onControlError: virConnectDomainEventGenericCallback = { _, domain, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, domain, opaque, "control_error", "control_error")
}
private let onWatchdog: virConnectDomainEventWatchdogCallback = { _, domain, action, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_WATCHDOG, domain, opaque, "watchdog", EventNames.watchdog.word(action))
}
private let onIOError: virConnectDomainEventIOErrorReasonCallback = { _, domain, _, alias, action, reason, opaque in
    // The reason (enospc) tells more than the alias; an empty one leaves the alias.
    let note = reason.flatMap { $0.pointee == 0 ? nil : $0 } ?? alias
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, domain, opaque, "io_error", EventNames.ioError.word(action), note: note)
}
private let onAgent: virConnectDomainEventAgentLifecycleCallback = { _, domain, state, _, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, domain, opaque, "agent_lifecycle", EventNames.agentState.word(state))
}
private let onDeviceAdded: virConnectDomainEventDeviceAddedCallback = { _, domain, alias, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, domain, opaque, "device_added", "device_added", note: alias)
}
private let onDeviceRemoved: virConnectDomainEventDeviceRemovedCallback = { _, domain, alias, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, domain, opaque, "device_removed", "device_removed", note: alias)
}
private let onMetadata: virConnectDomainEventMetadataChangeCallback = { _, domain, type, namespace, opaque in
    let types = ["description", "title", "element"]
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, domain, opaque, "metadata_change", types.word(type), note: namespace)
}
private let onMemoryFailure: virConnectDomainEventMemoryFailureCallback = { _, domain, _, action, _, opaque in
    EventCallbacks.send(
        VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, domain, opaque, "memory_failure", EventNames.memoryFailure.word(action))
}
