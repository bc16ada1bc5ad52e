// SPDX-License-Identifier: Apache-2.0

/// What a guest says of itself through its agent (`virDomainGetGuestInfo`). The guest may say anything: every text is
/// cut, every number checked, and what is nonsense is nil.
public struct GuestInfo: Hashable, Sendable {
    /// A file system that the guest has mounted; sizes in bytes.
    public struct Filesystem: Hashable, Sendable {
        public var mountpoint: String
        public var kind: String?
        public var device: String?
        public var total: UInt64?
        public var used: UInt64?

        public init(
            mountpoint: String, kind: String? = nil, device: String? = nil, total: UInt64? = nil, used: UInt64? = nil
        ) {
            self.mountpoint = mountpoint
            self.kind = kind
            self.device = device
            self.total = total
            self.used = used
        }
    }

    /// The most file systems that are kept.
    public static let filesystemLimit = 64

    /// How many users are logged in.
    public var users: UInt64?
    public var osID: String?
    public var osName: String?
    public var osVersion: String?
    /// `Server Edition` and the like.
    public var osVariant: String?
    public var kernelRelease: String?
    public var kernelVersion: String?
    /// The kind of machine: `x86_64`.
    public var machine: String?
    public var hostname: String?
    public var timezone: String?
    public var filesystems: [Filesystem]?
    /// How many file systems the guest named beyond those that are kept.
    public var droppedFilesystems = 0
    public var load1: Double?
    public var load5: Double?
    public var load15: Double?

    public init() {}
}

extension GuestInfo {
    /// More than any machine has; also the most that a load may be.
    private static let countLimit: UInt64 = 1_000_000
    /// 8 EiB: no file system is larger.
    private static let sizeLimit: UInt64 = 1 << 63

    /// From the parameters of `virDomainGetGuestInfo`.
    init(_ found: TypedParameters) {
        users = found.number("user.count").flatMap { $0 <= Self.countLimit ? $0 : nil }
        osID = found.text("os.id")
        osName = found.text("os.pretty-name") ?? found.text("os.name")
        osVersion = found.text("os.version-id") ?? found.text("os.version")
        osVariant = found.text("os.variant") ?? found.text("os.variant-id")
        kernelRelease = found.text("os.kernel-release")
        kernelVersion = found.text("os.kernel-version")
        machine = found.text("os.machine")
        hostname = found.text("hostname")
        timezone = found.text("timezone.name")
        load1 = Self.load(found, "1m")
        load5 = Self.load(found, "5m")
        load15 = Self.load(found, "15m")
        guard let count = found.number("fs.count") else { return }
        let kept = Int(min(count, UInt64(Self.filesystemLimit)))
        droppedFilesystems = Int(min(count, Self.countLimit)) - kept
        filesystems = (0..<kept).compactMap { Self.filesystem(found, "fs.\($0).") }
    }

    private static func load(_ found: TypedParameters, _ window: String) -> Double? {
        found.real("load.\(window)").flatMap { $0 >= 0 && $0 <= Double(countLimit) ? $0 : nil }
    }

    private static func filesystem(_ found: TypedParameters, _ prefix: String) -> Filesystem? {
        guard let mountpoint = found.text(prefix + "mountpoint") else { return nil }
        let total = found.number(prefix + "total-bytes").flatMap { $0 <= sizeLimit ? $0 : nil }
        let used = found.number(prefix + "used-bytes").flatMap { $0 <= total ?? sizeLimit ? $0 : nil }
        return Filesystem(
            mountpoint: mountpoint, kind: found.text(prefix + "fstype"), device: found.text(prefix + "name"),
            total: total, used: used)
    }
}
