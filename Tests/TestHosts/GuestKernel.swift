// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc

/// A Linux for test domains: an uncompressed kernel, which QEMU enters directly (PVH), and an initramfs of busybox, a
/// few modules and QEMU's guest agent.
///
/// Made once a checkout, in `.build/guest`, of the packages that `make setup-test` has put there.
public struct GuestKernel: Sendable {
    public let kernel: String
    public let initramfs: String

    /// What it is booted with: nothing is calibrated that a slow emulated clock could get wrong.
    static let commandLine =
        "console=ttyS0 quiet panic=0 mitigations=off no_timer_check tsc=reliable random.trust_cpu=on"
    /// What the guest says of itself; the agent's answers are compared with it.
    public static let hostname = "guest-one"
    public static let user = "ada"
    public static let osName = "Guest Linux"

    /// The kernel, made now when this checkout has none yet.
    public static func make() async throws -> GuestKernel {
        let checkout = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let folder = "\(checkout)/.build/guest"
        let made = GuestKernel(
            kernel: "\(folder)/made-\(version)/vmlinux", initramfs: "\(folder)/made-\(version)/initramfs")
        if access(made.initramfs, R_OK) == 0 { return made }
        guard access("\(folder)/packages/complete", R_OK) == 0 else {
            throw HostError("no guest software in \(folder)/packages: \"make setup-test\" fetches it")
        }
        let record = loginRecord.map { byte in
            let digits = String(byte, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }.joined()
        _ = try await run("sh", ["-c", script, "guest", folder, "made-\(version)", start, record])
        return made
    }

    /// Rises whenever what is made of the packages changes.
    private static let version = 1

    /// Into a folder of its own, which then gets its name in one step: another run of the tests may do the same.
    private static let script = #"""
        set -eu
        folder=$1 name=$2
        made=$(mktemp -d "$folder/making-XXXXXX")
        trap 'rm -rf "$made"' EXIT
        chmod 755 "$made"
        packages=$folder/packages
        busybox=$(find "$packages" -name busybox -type f | head -n 1)
        agent=$(find "$packages" -name qemu-ga -type f | head -n 1)
        modules=$(find "$packages" -type d -path '*/modules/*' -prune | head -n 1)
        packed=$(find "$packages" -name 'vmlinuz-*' | head -n 1)

        # The ELF file inside: an xz stream. A kernel packed in another way boots as well, only more slowly.
        at=$(LC_ALL=C grep -obUaP '\xfd7zXZ\x00' "$packed" | head -n 1 | cut -d: -f1)
        if [ -n "$at" ]; then
            tail -c +$((at + 1)) "$packed" | xz -dc --single-stream >"$made/vmlinux" 2>/dev/null || true
        fi
        [ "$(head -c 4 "$made/vmlinux" 2>/dev/null | tail -c 3)" = ELF ] || cp "$packed" "$made/vmlinux"

        root=$made/root
        mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/srv" "$root/run" "$root/etc" "$root/tmp" \
            "$root/var" "$root/lib/modules"
        ln -s ../run "$root/var/run"
        cp "$busybox" "$agent" "$root/bin/"
        for library in $(ldd "$agent" | grep -o '/[^ ]*'); do
            mkdir -p "$root${library%/*}"
            cp -L "$library" "$root$library"
        done
        mkdir "$root/lib/modules/$(basename "$modules")"
        for module in 'virtio*' 'pvpanic*' i6300esb watchdog ext4 jbd2 mbcache crc16 crc32c_generic; do
            find "$modules" -name "$module.ko*" -exec cp {} "$root/lib/modules/$(basename "$modules")/" ';'
        done
        "$busybox" depmod -b "$root" "$(basename "$modules")"
        printf '%s\n' "$3" >"$root/init"
        chmod 755 "$root/init"
        printf "$4" >"$root/run/utmp"
        (cd "$root" && find . | "$busybox" cpio -o -H newc 2>/dev/null | gzip -1) >"$made/initramfs"
        rm -rf "$root"
        mv -T "$made" "$folder/$name" 2>/dev/null || [ -e "$folder/$name/initramfs" ]
        """#

    /// The guest's first process.
    private static let start = """
        #!/bin/busybox sh
        export PATH=/bin
        /bin/busybox --install -s /bin
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mount -t devtmpfs dev /dev
        for module in virtio_pci virtio_balloon virtio_console virtio_blk pvpanic pvpanic-mmio \
            crc32c_generic ext4; do
            modprobe $module
        done
        modprobe i6300esb heartbeat=2
        hostname \(hostname)
        printf 'ID=guest\\nNAME="\(osName)"\\nPRETTY_NAME="\(osName) 7"\\nVERSION_ID="7"\\n' >/etc/os-release
        [ ! -e /dev/vda ] || { mke2fs /dev/vda >/dev/null && mount -t ext2 /dev/vda /srv; }
        for port in /sys/class/virtio-ports/*; do
            [ "$(cat $port/name)" != org.qemu.guest_agent.0 ] || agent=/dev/${port##*/}
        done
        echo ready >/dev/ttyS0
        while :; do
            qemu-ga -m virtio-serial -p "$agent" -t /run
            sleep 1
        done
        """

    /// An entry of utmp(5), as 64-bit Linux lays it out: a user who logged in at second 1,700,000,000.
    private static var loginRecord: [UInt8] {
        var record = [UInt8](repeating: 0, count: 384)
        record[0] = 7  // USER_PROCESS
        record[4] = 1  // the process id
        record.replaceSubrange(8..<13, with: Array("ttyS0".utf8))
        record.replaceSubrange(44..<44 + user.utf8.count, with: Array(user.utf8))
        let time = UInt32(1_700_000_000)
        for byte in 0..<4 { record[340 + byte] = UInt8(truncatingIfNeeded: time >> UInt32(8 * byte)) }
        return record
    }
}
