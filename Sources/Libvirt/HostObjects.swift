// SPDX-License-Identifier: Apache-2.0

/// Name and UUID of a storage pool or network, as a list gives them.
public struct ObjectName: Hashable, Sendable {
    public let uuid: ObjectUUID
    /// Untrusted.
    public let name: String

    public init(uuid: ObjectUUID, name: String) {
        self.uuid = uuid
        self.name = name
    }
}

/// How a storage pool stands; nil is "not reported".
public struct StoragePoolReading: Hashable, Sendable {
    /// `virStoragePoolState`: 0 inactive, 1 building, 2 running, 3 degraded, 4 inaccessible.
    public var state: Int32?
    /// Bytes; nil while the pool does not run, when libvirt knows none.
    public var capacity: UInt64?
    public var allocation: UInt64?
    public var available: UInt64?
    /// How many volumes it has; nil while it does not run.
    public var volumeCount: Int?
    public var hasAutostart: Bool?
    public var isPersistent: Bool?

    public init() {}

    /// Whether it runs, well or not.
    public var isRunning: Bool { state == 2 || state == 3 }
}

/// One volume of a storage pool, in bytes.
public struct StorageVolume: Hashable, Sendable {
    /// Untrusted.
    public let name: String
    public let capacity: UInt64
    public let allocation: UInt64

    public init(name: String, capacity: UInt64, allocation: UInt64) {
        self.name = name
        self.capacity = capacity
        self.allocation = allocation
    }
}

/// How a virtual network stands; nil is "not reported".
public struct NetworkReading: Hashable, Sendable {
    public var isActive: Bool?
    public var hasAutostart: Bool?
    public var isPersistent: Bool?

    public init() {}
}

/// An address that a virtual network has lent. All text is untrusted: guests choose it.
public struct DHCPLease: Hashable, Sendable {
    public let mac: String
    public let address: String
    public let hostname: String
    /// Seconds since the epoch.
    public let expiry: Int64

    public init(mac: String, address: String, hostname: String, expiry: Int64) {
        self.mac = mac
        self.address = address
        self.hostname = hostname
        self.expiry = expiry
    }
}

/// A network interface of the host.
public struct HostInterface: Hashable, Sendable {
    public let name: String
    public let mac: String
    public let isActive: Bool

    public init(name: String, mac: String, isActive: Bool) {
        self.name = name
        self.mac = mac
        self.isActive = isActive
    }
}
