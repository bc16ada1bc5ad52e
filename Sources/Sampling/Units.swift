// SPDX-License-Identifier: Apache-2.0

/// libvirt's units as Prometheus's base units.
extension UInt64 {
    /// Nanoseconds as seconds.
    var secondsFromNanoseconds: Double { Double(self) / 1e9 }
    /// Kilobytes as bytes.
    var bytesFromKilobytes: Double { Double(self) * 1000 }
    /// Kibibytes as bytes.
    var bytesFromKiB: Double { Double(self) * 1024 }
}

extension Bool {
    /// 1 for true, 0 for false.
    var gauge: Double { self ? 1 : 0 }
}
