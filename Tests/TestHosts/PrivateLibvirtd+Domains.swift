// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
public import Glibc
import Synchronization

extension PrivateLibvirtd {
    /// What a test domain does when it runs.
    public enum DomainKind: Sendable {
        /// Nothing: its CPU halts at the reset vector. Starts in under a second and uses no CPU time.
        case idle
        /// Boots, then does what `tell` says and powers off when the ACPI power button is pressed.
        case obedient
        /// As an obedient one, but takes five seconds to power off.
        case slow
        /// As an obedient one, and changes 8 MiB of its memory with each tick of its clock: no slow migration of it ends.
        case restless
        /// Boots, and resets itself about a second later, for ever: in all some reboots in five seconds.
        case rebooting

        /// nil for one that has no software.
        var software: [UInt8]? {
            switch self {
            case .idle: nil
            case .obedient: BootSector.obedientDisk
            case .slow: BootSector.slowDisk
            case .restless: BootSector.restlessDisk
            case .rebooting: BootSector.rebootingDisk
            }
        }
    }

    /// Defines a persistent domain of 16 MiB with one 1 MiB disk, one user-mode interface and a balloon.
    ///
    /// `extraDevices` is XML put inside `<devices>`; `watchdog` is what the watchdog of one with software does.
    public func define(
        _ name: String, _ kind: DomainKind = .idle, vcpus: Int = 1, watchdog: String = "reset",
        extraDevices: String = ""
    ) async throws {
        let number = disks.withLock { disks in
            let next = (disks.values.map(\.number).max() ?? 0) + 1
            disks[name] = (next, kind)
            return next
        }
        let disk = kind.software ?? [UInt8](repeating: 0, count: 1 << 20)
        try directory.write("disks/\(number).raw", disk, owner: owner)
        let xml = domainXML(
            name, kind, number: number, vcpus: vcpus, watchdog: watchdog, extraDevices: extraDevices)
        try await virsh("define", directory.write("disks/\(number).xml", xml.utf8))
    }

    /// Defines a persistent domain that does nothing, whose snapshots hold its memory, too.
    public func defineWithSnapshots(_ name: String) async throws {
        let file = "\(directory.path)/disks/\(name).qcow2"
        try await run("qemu-img", ["create", "-q", "-f", "qcow2", file, "1M"])
        if let owner, chown(file, owner, owner) != 0 { throw HostError("\(file): \(String(cString: strerror(errno)))") }
        let xml = """
            <domain type='qemu'><name>\(escaped(name))</name><memory unit='MiB'>16</memory><vcpu>1</vcpu>
            <os><type arch='x86_64' machine='pc'>hvm</type>
            <loader readonly='yes' type='rom'>\(directory.path)/disks/idle.rom</loader></os>
            <devices><controller type='usb' model='none'/>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='\(file)'/>
            <target dev='vda' bus='virtio'/></disk></devices></domain>
            """
        try await virsh("define", directory.write("disks/\(name).xml", xml.utf8))
    }

    /// Makes a folder that libvirt and its domains may write to; its path.
    public func makeFolder(_ name: String) throws -> String {
        try directory.makeFolder(name)
        let folder = "\(directory.path)/\(name)"
        if let owner, chown(folder, owner, owner) != 0 {
            throw HostError("\(folder): \(String(cString: strerror(errno)))")
        }
        return folder
    }

    /// Starts a defined domain and returns once it runs and, when it has software, has booted.
    public func start(_ name: String, booted: Bool = true) async throws {
        try await virsh("start", "--domain", name)
        if booted { try await waitUntilBooted(name) }
    }

    /// Waits until a domain that has software, started by anyone, has booted; returns at once for an idle one.
    ///
    /// Each start empties the log that is read here, so call it when the domain is known to run again.
    public func waitUntilBooted(_ name: String) async throws {
        guard let disk = disks.withLock({ $0[name] }), disk.kind.software != nil else { return }
        let log = URL(filePath: "\(directory.path)/disks/\(disk.number).log")
        try await waitUntil("domain \(name) has booted") { (try? Data(contentsOf: log))?.isEmpty == false }
    }

    /// Makes an obedient domain do something from inside.
    public func tell(_ name: String, to deed: Deed) async throws {
        try await virsh("send-key", "--domain", name, deed.rawValue)
    }

    /// The process id of a running domain's QEMU.
    public func pid(of name: String) throws -> pid_t {
        let file = "\(directory.path)/run/libvirt/qemu/run/\(name).pid"
        let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        guard let pid = pid_t(text.filter(\.isNumber)) else { throw HostError("\(file) holds no process id: \(text)") }
        return pid
    }

    /// Sends a signal to a running domain's QEMU: SIGKILL is a crash of the hypervisor, SIGSTOP a hang.
    public func kill(_ name: String, _ signal: Int32 = SIGKILL) throws {
        let pid = try pid(of: name)
        guard Glibc.kill(pid, signal) == 0 else {
            throw HostError("signal \(signal) to QEMU \(pid) of \(name): \(String(cString: strerror(errno)))")
        }
    }

    /// The state in virsh's words, as "running" or "shut off".
    public func state(of name: String) async throws -> String {
        try await virsh("domstate", "--domain", name).split(separator: "\n").first.map(String.init) ?? ""
    }

    private func domainXML(
        _ name: String, _ kind: DomainKind, number: Int, vcpus: Int, watchdog: String, extraDevices: String
    ) -> String {
        let disks = "\(directory.path)/disks"
        let firmware: String
        let devices: String
        if kind.software == nil {
            firmware = "<loader readonly='yes' type='rom'>\(disks)/idle.rom</loader>"
            devices = ""
        } else {
            firmware = "<boot dev='hd'/>"
            devices = """
                <serial type='file'><source path='\(disks)/\(number).log'/></serial>
                <panic model='isa'/><watchdog model='ib700' action='\(watchdog)'/>
                """
        }
        return """
            <domain type='qemu'><name>\(escaped(name))</name><memory unit='MiB'>16</memory><vcpu>\(vcpus)</vcpu>
            <os><type arch='x86_64' machine='pc'>hvm</type>\(firmware)</os><features><acpi/></features>
            <on_crash>preserve</on_crash>
            <devices>
            <disk type='file' device='disk'><driver name='qemu' type='raw'/>
            <source file='\(disks)/\(number).raw'/><target dev='vda' bus='virtio'/></disk>
            <interface type='user'><model type='virtio'/></interface>
            <controller type='usb' model='none'/><memballoon model='virtio'/>\(devices)\(extraDevices)
            </devices></domain>
            """
    }

    private func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\r": "&#13;"
            default: String(character)
            }
        }.joined()
    }
}
