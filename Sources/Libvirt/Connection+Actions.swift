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

    /// `virDomainReboot`: asks the guest.
    public func reboot(_ uuid: ObjectUUID) throws(VirError) {
        try act("virDomainReboot", uuid) { virDomainReboot($0, 0) }
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

    private func act(_ call: String, _ uuid: ObjectUUID, _ body: (virDomainPtr) -> Int32) throws(VirError) {
        let domain = try DomainHandle(uuid, on: handle())
        try checked(call, body(domain.pointer))
    }
}
