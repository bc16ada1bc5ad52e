// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The libvirt that is watched when nobody names one.
enum DefaultConnection {
    /// nil lets libvirt choose: root gets the host's own driver, and `LIBVIRT_DEFAULT_URI` is heeded. Anyone else would
    /// get a session daemon of their own, started for the purpose, which has none of the host's domains.
    static var uri: String? {
        if geteuid() == 0 || getenv("LIBVIRT_DEFAULT_URI") != nil { return nil }
        return "qemu:///system"
    }
}
