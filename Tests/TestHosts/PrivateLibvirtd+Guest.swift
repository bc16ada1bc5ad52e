// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc

extension PrivateLibvirtd {
    /// Defines a domain of 160 MiB that boots `kernel`, with an 8 MiB disk which it formats and mounts at `/srv`, a
    /// balloon that reports each second, a panic device, a watchdog, and a channel for its agent.
    ///
    /// `diskSocket` is where an NBD server has the disk; the domain pauses at its first error. `diskFile` is a file that is
    /// there already, at whose first error it pauses, too. `hasSnapshots`: snapshots of it can be taken, with its memory.
    public func defineGuest(
        _ name: String, _ kernel: GuestKernel, diskSocket: String? = nil, diskFile: String? = nil,
        onCrash: String = "preserve", watchdog: String = "reset", hasSnapshots: Bool = false
    ) async throws {
        if access("\(directory.path)/disks/vmlinux", R_OK) != 0 {
            try directory.copy(kernel.kernel, to: "disks/vmlinux", owner: owner)
            try directory.copy(kernel.initramfs, to: "disks/initramfs", owner: owner)
        }
        let disks = "\(directory.path)/disks"
        let format = hasSnapshots ? "qcow2" : "raw"
        let ownFile = "\(disks)/\(name).\(format)"
        try await run("qemu-img", ["create", "-q", "-f", format, ownFile, "8M"])
        if let owner, chown(ownFile, owner, owner) != 0 {
            throw HostError("\(ownFile): \(String(cString: strerror(errno)))")
        }
        let (file, policy) = diskFile.map { ($0, " error_policy='stop'") } ?? (ownFile, "")
        let disk =
            diskSocket.map { socket in
                """
                <disk type='network' device='disk'><driver name='qemu' type='raw' error_policy='stop'/>
                <source protocol='nbd' name='disk'><host transport='unix' socket='\(socket)'/></source>
                """
            }
            ?? "<disk type='file' device='disk'><driver name='qemu' type='\(format)'\(policy)/><source file='\(file)'/>"
        let xml = """
            <domain type='qemu'><name>\(name)</name><memory unit='MiB'>160</memory><vcpu>1</vcpu>
            <os><type arch='x86_64' machine='q35'>hvm</type><kernel>\(disks)/vmlinux</kernel>
            <initrd>\(disks)/initramfs</initrd><cmdline>\(GuestKernel.commandLine)</cmdline></os>
            <features><acpi/></features><on_crash>\(onCrash)</on_crash>
            <devices>
            \(disk)<target dev='vda' bus='virtio'/></disk>
            <serial type='file'><source path='\(disks)/\(name).log'/></serial>
            <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
            <controller type='usb' model='none'/><memballoon model='virtio'><stats period='1'/></memballoon>
            <panic model='isa'/><watchdog model='i6300esb' action='\(watchdog)'/>
            </devices></domain>
            """
        try await virsh("define", directory.write("disks/\(name).xml", xml.utf8))
    }

    /// Serves an 8 MiB disk, over NBD, whose first write finds no space left. The server ends with its client, or
    /// with the directory.
    public func serveFullDisk() async throws -> (server: ChildProcess, socket: String) {
        let file = try directory.write("disks/full.raw", [UInt8](repeating: 0, count: 8 << 20), owner: owner)
        let socket = "\(directory.path)/s/full"
        let options = [
            "driver=raw", "file.driver=blkdebug", "file.inject-error.0.event=none",
            "file.inject-error.0.iotype=write", "file.inject-error.0.errno=\(ENOSPC)", "file.inject-error.0.once=on",
            "file.image.driver=file", "file.image.filename=\(file)",
        ]
        var words = [
            "qemu-nbd", "--socket", socket, "--export-name", "disk", "--image-opts", options.joined(separator: ","),
        ]
        if let owner {
            words = ["setpriv", "--reuid", "\(owner)", "--regid", "\(owner)", "--clear-groups", "--"] + words
        }
        let server = try ChildProcess("env", words)
        try await waitUntil("qemu-nbd listens") {
            if let ending = server.ending { throw HostError("qemu-nbd: \(ending): \(server.standardError)") }
            return access(socket, F_OK) == 0
        }
        return (server, socket)
    }

    /// Begins a backup of the guest's disk that lasts until its job is aborted: a client could fetch it, and none does.
    public func beginBackup(_ name: String) async throws {
        let scratch = "\(directory.path)/disks/\(name)-scratch.qcow2"
        try await run("qemu-img", ["create", "-q", "-f", "qcow2", scratch, "8M"])
        if let owner, chown(scratch, owner, owner) != 0 {
            throw HostError("\(scratch): \(String(cString: strerror(errno)))")
        }
        let xml = """
            <domainbackup mode='pull'><server transport='unix' socket='\(directory.path)/s/\(name)-backup'/>
            <disks><disk name='vda' backup='yes' type='file'><driver type='qcow2'/><scratch file='\(scratch)'/></disk>
            </disks></domainbackup>
            """
        try await virsh(
            "backup-begin", "--domain", name, "--reuse-external", "--backupxml",
            directory.write("disks/\(name)-backup.xml", xml.utf8))
    }

    /// Runs a command in the guest, by its agent, and does not wait for its end. An agent that is not there yet, or is busy,
    /// is asked again.
    public func tellGuest(_ name: String, to command: String) async throws {
        let order = #"{"execute":"guest-exec","arguments":{"path":"/bin/sh","arg":["-c","\#(command)"]}}"#
        let notYet = ["not available for now", "agent is not connected"]
        try await waitUntil("the agent of \(name) takes an order", within: .seconds(60)) {
            do {
                try await self.virsh("qemu-agent-command", "--domain", name, order)
                return true
            } catch let error as HostError where notYet.contains(where: "\(error)".contains) {
                return false
            }
        }
    }

    /// What the guest has printed on its console since it was started last.
    public func console(of name: String) -> String {
        (try? String(contentsOf: URL(filePath: "\(directory.path)/disks/\(name).log"), encoding: .utf8)) ?? ""
    }
}
