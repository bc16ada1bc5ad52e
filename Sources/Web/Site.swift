// SPDX-License-Identifier: Apache-2.0

/// What the pages show. No call here may reach libvirt.
public protocol Site: Sendable {
    /// The program's version.
    var version: String { get }
    /// The newest snapshot in text format 0.0.4.
    func metrics() async -> MetricsText
    /// Why the agent is not ready to be relied on, one sentence; nil when it is.
    func reasonNotReady() async -> String?
}

/// A rendered snapshot. Two with the same generation have the same bytes.
public struct MetricsText: Sendable {
    public let bytes: [UInt8]
    public let generation: UInt64

    public init(bytes: [UInt8], generation: UInt64) {
        self.bytes = bytes
        self.generation = generation
    }
}
