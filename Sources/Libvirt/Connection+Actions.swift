// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// What changes a domain; needs a read-write connection. That a call returns is no proof that the domain changed.
extension Connection {
    /// `virDomainCreate`.
    public func start(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainCreate", uuid) { virDomainCreate($0) }
    }

    /// `virDomainResume`.
    public func resume(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainResume", uuid) { virDomainResume($0) }
    }

    /// `virDomainSuspend`.
    public func suspend(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainSuspend", uuid) { virDomainSuspend($0) }
    }

    /// `virDomainShutdown`: asks the guest, by ACPI or its agent.
    public func shutdown(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainShutdown", uuid) { virDomainShutdown($0) }
    }

    /// `virDomainShutdown` with `VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN`: presses the power button; the guest may ignore it.
    public func pressPowerButton(_ uuid: ObjectUUID) throws(VirError) {
        let flags = VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN.rawValue
        try act("virDomainShutdownFlags", uuid) { virDomainShutdownFlags($0, flags) }
    }

    /// `virDomainReboot`: asks the guest.
    public func reboot(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainReboot", uuid) { virDomainReboot($0, 0) }
    }

    /// `virDomainReboot` with `VIR_DOMAIN_REBOOT_ACPI_POWER_BTN`: presses the power button and turns the power-off that
    /// follows into a reset. The guest may ignore it.
    public func rebootByACPI(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainReboot", uuid) { virDomainReboot($0, VIR_DOMAIN_REBOOT_ACPI_POWER_BTN.rawValue) }
    }

    /// `virDomainReboot` with `VIR_DOMAIN_REBOOT_GUEST_AGENT`. An agent that does not answer within `timeout`, in whole
    /// seconds, ends the call with `agentUnresponsive`.
    public func rebootByAgent(_ uuid: ObjectUUID, timeout: Duration) throws(VirError) {
        let domain = try DomainHandle(uuid, on: handle())
        let seconds = Int32(clamping: max(1, timeout.components.seconds))
        try checked("virDomainAgentSetResponseTimeout", virDomainAgentSetResponseTimeout(domain.pointer, seconds, 0))
        try checked("virDomainReboot", virDomainReboot(domain.pointer, VIR_DOMAIN_REBOOT_GUEST_AGENT.rawValue))
    }

    /// `virDomainInjectNMI`: what the guest makes of it, a panic or nothing, is its own setting.
    public func injectNMI(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainInjectNMI", uuid) { virDomainInjectNMI($0, 0) }
    }

    /// `virDomainRevertToSnapshot` with `VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING`: what the domain did since is lost.
    public func revert(_ uuid: ObjectUUID, toSnapshot name: String) throws(VirError) {
        let domain = try DomainHandle(uuid, on: handle())
        guard let snapshot = virDomainSnapshotLookupByName(domain.pointer, name, 0) else {
            throw VirError.last("virDomainSnapshotLookupByName")
        }
        defer { virDomainSnapshotFree(snapshot) }
        let flags = VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING.rawValue
        try checked("virDomainRevertToSnapshot", virDomainRevertToSnapshot(snapshot, flags))
    }

    /// `virDomainReset`: the reset button.
    public func reset(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainReset", uuid) { virDomainReset($0, 0) }
    }

    /// `virDomainDestroy`: power off at once.
    public func destroy(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainDestroy", uuid) { virDomainDestroy($0) }
    }

    /// `virDomainCoreDump` with `VIR_DUMP_CRASH`: writes the domain's memory to `path`, on the libvirt host, and leaves
    /// the domain crashed.
    public func crash(_ uuid: ObjectUUID, dumpTo path: String) throws(VirError) {
        try act("virDomainCoreDump", uuid) { virDomainCoreDump($0, path, VIR_DUMP_CRASH.rawValue) }
    }

    /// Makes a call about one domain.
    func act(_ call: String, _ uuid: ObjectUUID, _ body: (virDomainPtr) -> Int32) throws(VirError) {
        let domain = try DomainHandle(uuid, on: handle())
        try checked(call, body(domain.pointer))
    }
}
