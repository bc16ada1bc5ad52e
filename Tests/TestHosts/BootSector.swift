// SPDX-License-Identifier: Apache-2.0

/// What a test can make an obedient domain do from inside, by a key press.
public enum Deed: String, Sendable, CaseIterable {
    /// ACPI S5 by the guest itself: lifecycle SHUTDOWN (guest), STOPPED (shutdown).
    case powerOff = "KEY_P"
    /// A reset by the keyboard controller: a reboot event.
    case reboot = "KEY_R"
    /// A write to the ISA pvpanic device: lifecycle CRASHED (panicked); `on_crash` is `preserve`.
    case panic = "KEY_C"
    /// An ib700 watchdog started with no time left: a watchdog event, action reset.
    case watchdog = "KEY_W"
}

/// The whole software of the test domains, in a few bytes of 16-bit x86.
enum BootSector {
    /// A 64 KiB firmware that stops the CPU at the reset vector: `cli; hlt; jmp -3`. Runs, and costs no CPU time.
    static let idleFirmware: [UInt8] =
        [UInt8](repeating: 0xf4, count: 0xfff0) + [0xfa, 0xf4, 0xeb, 0xfd] + [UInt8](repeating: 0xf4, count: 12)

    /// Prints "R" on the first serial port, then obeys keys and the power button.
    ///
    /// SeaBIOS puts the power management registers of machine `pc` at I/O port 0x600: status, enable (+2), control (+4).
    static let obedientDisk = disk(code + off + rest)

    /// The same, but takes five seconds to power off.
    static let slowDisk = disk(code + slowOff + rest + slow)

    /// Prints "R", then adds 1 to a byte in each page of the second to ninth MiB with each tick of the clock.
    static let restlessDisk: [UInt8] = {
        let table: [UInt8] =
            [0x17, 0, 0x68, 0x7c, 0, 0, 0, 0]  //       at 0x60: a table of segments with 0x18 bytes, at 0x7c68
            + [UInt8](repeating: 0, count: 8)  //       the null segment
            + [0xff, 0xff, 0, 0, 0, 0x92, 0xcf, 0]  //  all of the memory
        return disk(restlessCode + [UInt8](repeating: 0, count: 0x60 - restlessCode.count) + table)
    }()

    /// Prints "R", and pulses the reset line after twelve ticks of the clock, of 55 ms each.
    static let rebootingDisk = disk(
        opening + [
            0x31, 0xdb,  //                             bx = 0
            0xf4, 0x43, 0x83, 0xfb, 0x0c, 0x72, 0xf9,  // hlt; bx += 1; again while bx < 12
            0xb0, 0xfe, 0xe6, 0x64,  //                 keyboard controller: pulse the reset line
            0xf4, 0xeb, 0xfd,  //                       hlt, until it does
        ])

    /// A 1 MiB disk with this boot sector.
    private static func disk(_ code: [UInt8]) -> [UInt8] {
        code + [UInt8](repeating: 0, count: 510 - code.count) + [0x55, 0xaa]
            + [UInt8](repeating: 0, count: (1 << 20) - 512)
    }

    private static let opening: [UInt8] = [
        0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0,  //   cli; ax = ds = ss = 0
        0xbc, 0x00, 0x7c, 0xfb,  //                     sp = 0x7c00; sti
        0xba, 0xf8, 0x03, 0xb0, 0x52, 0xee,  //         serial: 'R'
        0xb0, 0x0a, 0xee,  //                           serial: line feed
    ]

    private static let restlessCode: [UInt8] =
        opening + [
            // loop:
            0xf4,  //                                   hlt until the next timer tick
            0xfa, 0x0f, 0x01, 0x16, 0x60, 0x7c,  //     cli; lgdt [0x7c60]
            0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0,  // protected mode
            0xbb, 0x08, 0x00, 0x8e, 0xe3,  //           fs = all of the memory
            0x24, 0xfe, 0x0f, 0x22, 0xc0, 0xfb,  //     real mode, in which fs keeps its limit; sti
            0x66, 0xbe, 0x00, 0x00, 0x10, 0x00,  //     esi = 1 MiB
            // page:
            0x64, 0x67, 0xfe, 0x06,  //                 fs:[esi] += 1
            0x66, 0x81, 0xc6, 0x00, 0x10, 0x00, 0x00,  // esi += 4 KiB
            0x66, 0x81, 0xfe, 0x00, 0x00, 0x90, 0x00,  // esi is 9 MiB?
            0x72, 0xec, 0xeb, 0xca,  //                 no: to page; yes: to loop
        ]

    private static let code: [UInt8] = [
        0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0,  //       cli; ax = ds = ss = 0
        0xbc, 0x00, 0x7c,  //                               sp = 0x7c00
        0xba, 0x02, 0x06, 0xb8, 0x00, 0x01, 0xef,  //       enable the power button's status bit
        0xfb,  //                                           sti
        0xba, 0xf8, 0x03, 0xb0, 0x52, 0xee,  //             serial: 'R'
        0xb0, 0x0a, 0xee,  //                               serial: line feed
        // loop:
        0xf4,  //                                           hlt until the next timer tick
        0xba, 0x00, 0x06, 0xed,  //                         ax = power management status
        0xf6, 0xc4, 0x01, 0x75, 0x22,  //                   power button pressed: to off
        0xb4, 0x01, 0xcd, 0x16, 0x74, 0xf0,  //             int 16h, is there a key: no, to loop
        0xb4, 0x00, 0xcd, 0x16,  //                         int 16h, al = the key
        0x3c, 0x70, 0x74, 0x14,  //                         'p': to off
        0x3c, 0x72, 0x74, 0x19,  //                         'r': to reset
        0x3c, 0x63, 0x74, 0x1b,  //                         'c': to panic
        0x3c, 0x77, 0x75, 0xdc,  //                         not 'w': to loop
        0xba, 0x43, 0x04, 0xb0, 0x0f, 0xee, 0xeb, 0xd4,  // ib700: enable, the shortest time; to loop
    ]

    private static let off: [UInt8] = [
        0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xeb, 0xcb,  // control: sleep enable, type 0 (S5)
    ]

    private static let slowOff: [UInt8] = [
        0xeb, 0x15, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,  // to slow, behind the rest; as long as `off`
    ]

    private static let slow: [UInt8] = [
        0xb9, 0x5b, 0x00,  //                               cx = 91 ticks of 55 ms
        0xf4, 0xe2, 0xfd,  //                               hlt until the next one, cx times
        0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef,  //       control: sleep enable, type 0 (S5)
        0xf4, 0xeb, 0xfd,  //                               hlt, until it is off
    ]

    private static let rest: [UInt8] = [
        // reset:
        0xb0, 0xfe, 0xe6, 0x64, 0xeb, 0xc5,  //             keyboard controller: pulse the reset line
        // panic:
        0xba, 0x05, 0x05, 0xb0, 0x01, 0xee, 0xeb, 0xbd,  // pvpanic: the guest has panicked
    ]
}
