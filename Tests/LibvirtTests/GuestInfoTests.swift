// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc
import Testing

@testable import Libvirt

@Suite struct GuestInfoTests {
    @Test func `what the guest says is read by libvirt's names`() {
        let info = GuestInfo(
            TypedParameters([
                "user.count": .number(2), "os.id": .text("debian"), "os.pretty-name": .text("Debian 12"),
                "os.name": .text("Debian"), "os.version-id": .text("12"), "os.kernel-release": .text("6.1"),
                "os.kernel-version": .text("#1 SMP"), "os.machine": .text("x86_64"), "os.variant": .text("Server"),
                "hostname": .text("web"), "timezone.name": .text("UTC"), "load.1m": .real(0.5),
                "fs.count": .number(1), "fs.0.mountpoint": .text("/"), "fs.0.fstype": .text("ext4"),
                "fs.0.name": .text("vda1"), "fs.0.total-bytes": .number(100), "fs.0.used-bytes": .number(40),
            ]))
        #expect(info.users == 2 && info.osID == "debian" && info.osName == "Debian 12" && info.osVersion == "12")
        #expect(info.kernelRelease == "6.1" && info.hostname == "web" && info.timezone == "UTC")
        #expect(info.kernelVersion == "#1 SMP" && info.machine == "x86_64" && info.osVariant == "Server")
        #expect(info.load1 == 0.5 && info.load5 == nil)
        #expect(
            info.filesystems == [.init(mountpoint: "/", kind: "ext4", device: "vda1", total: 100, used: 40)])
        #expect(info.droppedFilesystems == 0)
    }

    @Test func `an agent that says nothing leaves nothing, and no zeroes`() {
        #expect(GuestInfo(TypedParameters([:])) == GuestInfo())
    }

    @Test(arguments: [Double.nan, .infinity, -1, 1e308])
    func `a load that cannot be is none`(load: Double) {
        #expect(GuestInfo(TypedParameters(["load.1m": .real(load)])).load1 == nil)
    }

    @Test func `numbers of another kind and sizes that cannot be are none`() {
        let info = GuestInfo(
            TypedParameters([
                "user.count": .negative(-3), "hostname": .number(7), "load.5m": .number(1), "fs.count": .number(3),
                "fs.0.mountpoint": .text("/a"), "fs.0.total-bytes": .number(.max), "fs.0.used-bytes": .number(.max),
                "fs.1.mountpoint": .text("/b"), "fs.1.total-bytes": .number(10), "fs.1.used-bytes": .number(11),
                "fs.2.fstype": .text("ext4"),
            ]))
        #expect(info.users == nil && info.hostname == nil && info.load5 == nil)
        #expect(info.filesystems == [.init(mountpoint: "/a"), .init(mountpoint: "/b", total: 10)])
    }

    @Test func `of ten thousand file systems some are kept and the others counted`() {
        var values: [String: TypedValue] = ["fs.count": .number(10_000)]
        for index in 0..<10_000 { values["fs.\(index).mountpoint"] = .text("/\(index)") }
        let info = GuestInfo(TypedParameters(values))
        #expect(info.filesystems?.count == GuestInfo.filesystemLimit)
        #expect(info.droppedFilesystems == 10_000 - GuestInfo.filesystemLimit)
        let claim = GuestInfo(TypedParameters(["fs.count": .number(.max)]))
        #expect(claim.filesystems?.isEmpty == true && claim.droppedFilesystems < 1_000_001)
    }

    @Test func `a text that is no UTF-8 is read with the replacement character, and the rest beside it`() {
        EventLoop.registered
        var parameters: virTypedParameterPtr?
        var count: Int32 = 0
        var capacity: Int32 = 0
        let bytes = [CChar(bitPattern: 0x61), CChar(bitPattern: 0xFF), CChar(bitPattern: 0x62), 0]
        virTypedParamsAddString(&parameters, &count, &capacity, "hostname", bytes)
        virTypedParamsAddULLong(&parameters, &count, &capacity, "user.count", 3)
        defer { virTypedParamsFree(parameters, count) }
        let info = GuestInfo(TypedParameters(parameters, count: count))
        #expect(info.hostname == "a\u{FFFD}b" && info.users == 3)
    }

    @Test func `a text of a mebibyte is cut where it is read`() {
        // Each call resets the thread's last error, under a key that virInitialize makes: before that the key is 0, which
        // is another library's.
        EventLoop.registered
        var parameters: virTypedParameterPtr?
        var count: Int32 = 0
        var capacity: Int32 = 0
        let text = String(repeating: "é", count: 1 << 19)
        virTypedParamsAddString(&parameters, &count, &capacity, "hostname", text)
        virTypedParamsAddInt(&parameters, &count, &capacity, "user.count", -1)
        virTypedParamsAddULLong(&parameters, &count, &capacity, "fs.count", 0)
        defer { virTypedParamsFree(parameters, count) }
        let found = TypedParameters(parameters, count: count)
        #expect(found.text("hostname")?.utf8.count == 1024)
        #expect(found.values["user.count"] == .negative(-1))
        #expect(GuestInfo(found).filesystems == [])
        #expect(TypedParameters(parameters, count: -1).values.isEmpty)
        #expect(TypedParameters(nil, count: 5).values.isEmpty)
    }
}
