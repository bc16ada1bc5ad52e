// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc

extension PrivateLibvirtd {
    /// Defines a domain of 160 MiB that boots `kernel`, with an 8 MiB disk which it formats and mounts at `/srv`, a
    /// balloon that reports each second, a panic device, a watchdog that resets it, and a channel for its agent.
    public func defineGuest(_ name: String, _ kernel: GuestKernel) async throws {
        if access("\(directory.path)/disks/vmlinux", R_OK) != 0 {
            try directory.copy(kernel.kernel, to: "disks/vmlinux", owner: owner)
            try directory.copy(kernel.initramfs, to: "disks/initramfs", owner: owner)
        }
        let disks = "\(directory.path)/disks"
        try directory.write("disks/\(name).raw", [UInt8](repeating: 0, count: 8 << 20), owner: owner)
        let xml = """
            <domain type='qemu'><name>\(name)</name><memory unit='MiB'>160</memory><vcpu>1</vcpu>
            <os><type arch='x86_64' machine='q35'>hvm</type><kernel>\(disks)/vmlinux</kernel>
            <initrd>\(disks)/initramfs</initrd><cmdline>\(GuestKernel.commandLine)</cmdline></os>
            <features><acpi/></features><on_crash>preserve</on_crash>
            <devices>
            <disk type='file' device='disk'><driver name='qemu' type='raw'/>
            <source file='\(disks)/\(name).raw'/><target dev='vda' bus='virtio'/></disk>
            <serial type='file'><source path='\(disks)/\(name).log'/></serial>
            <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
            <controller type='usb' model='none'/><memballoon model='virtio'><stats period='1'/></memballoon>
            <panic model='isa'/><watchdog model='i6300esb' action='reset'/>
            </devices></domain>
            """
        try await virsh("define", directory.write("disks/\(name).xml", xml.utf8))
    }

    /// Runs a command in the guest, by its agent, and does not wait for its end.
    public func tellGuest(_ name: String, to command: String) async throws {
        let order = #"{"execute":"guest-exec","arguments":{"path":"/bin/sh","arg":["-c","\#(command)"]}}"#
        try await virsh("qemu-agent-command", "--domain", name, order)
    }

    /// What the guest has printed on its console since it was started last.
    public func console(of name: String) -> String {
        (try? String(contentsOf: URL(filePath: "\(directory.path)/disks/\(name).log"), encoding: .utf8)) ?? ""
    }
}
