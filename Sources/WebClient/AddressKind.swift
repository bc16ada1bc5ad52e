// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Kinds of network addresses that a client may be told to keep away from.
public enum AddressKind: String, CaseIterable, Sendable {
    /// This host itself: 127.0.0.0/8, ::1, and 0.0.0.0/8 and ::, which lead there.
    case loopback
    /// 169.254.0.0/16, where clouds keep what their hosts should not learn, and fe80::/10.
    case linkLocal = "link-local"
    /// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7.
    case `private`

    /// The kind of an IPv4 address.
    static func of(_ v4: (UInt8, UInt8, UInt8, UInt8)) -> AddressKind? {
        switch v4 {
        case (127, _, _, _), (0, _, _, _): .loopback
        case (169, 254, _, _): .linkLocal
        case (10, _, _, _), (172, 16...31, _, _), (192, 168, _, _), (100, 64...127, _, _): .private
        default: nil
        }
    }

    /// The kind of an address of 16 bytes. Those that carry an IPv4 address go by it: mapped ones (RFC 4291, section
    /// 2.5.5), 64:ff9b::/96 (RFC 6052) and 2002::/16 (RFC 3056).
    static func of(v6 bytes: [UInt8]) -> AddressKind? {
        guard bytes.count == 16 else { return nil }
        func v4(at index: Int) -> AddressKind? {
            of((bytes[index], bytes[index + 1], bytes[index + 2], bytes[index + 3]))
        }
        let isZero = bytes[..<10].allSatisfy { $0 == 0 }
        if isZero, bytes[10] == 0xFF, bytes[11] == 0xFF { return v4(at: 12) }
        // :: and ::1, and the old form of a mapped address.
        if isZero, bytes[10] == 0, bytes[11] == 0 { return v4(at: 12) }
        if bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return v4(at: 12) }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return v4(at: 2) }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return .linkLocal }
        if bytes[0] & 0xFE == 0xFC { return .private }
        return nil
    }

    /// The kind of a socket address, of which `bytes` is the memory.
    static func of(family: Int32, _ bytes: UnsafeRawBufferPointer) -> AddressKind? {
        switch family {
        // sockaddr_in and sockaddr_in6: the address is behind family and port, and behind the flow's label.
        case AF_INET where bytes.count >= 8: of((bytes[4], bytes[5], bytes[6], bytes[7]))
        case AF_INET6 where bytes.count >= 24: of(v6: Array(bytes[8..<24]))
        default: nil
        }
    }
}
