// SPDX-License-Identifier: Apache-2.0

/// What a list knows of a domain.
public struct ListedDomain: Sendable, Hashable {
    public let uuid: ObjectUUID
    public let name: String
    /// libvirt's number while the domain runs; nil otherwise.
    public let id: Int?
    public let status: StateReading
    public let isPersistent: Bool
    public let hasAutostart: Bool
    public let hasManagedSave: Bool
}

/// Versions of what answers, each as `major.minor.release`.
public struct Versions: Sendable, Hashable {
    /// The driver's name: `QEMU`, `TEST` …
    public let driver: String
    public let hypervisor: String
    public let daemon: String
    public let library: String
}

/// How a connection may be used.
public enum Access: Sendable {
    case readOnly, readWrite
}

/// Why a connection ended (`virConnectCloseReason`).
public enum CloseReason: Hashable, Sendable {
    case error, endOfFile, keepalive, client
    case unknown(Int32)

    init(_ number: Int32) {
        let known: [CloseReason] = [.error, .endOfFile, .keepalive, .client]
        self = known.indices.contains(Int(number)) ? known[Int(number)] : .unknown(number)
    }

    public var name: String {
        switch self {
        case .error: "error"
        case .endOfFile: "end of file"
        case .keepalive: "keepalive timeout"
        case .client: "client"
        case .unknown(let number): "reason \(number)"
        }
    }
}
