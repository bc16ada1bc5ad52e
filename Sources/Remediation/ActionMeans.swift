// SPDX-License-Identifier: Apache-2.0

/// What actions may use that need more than a domain. Nothing of it can come from the domain's own metadata.
public struct ActionMeans: Hashable, Sendable {
    /// The snapshot that `snapshot-revert` goes back to; without one that step is void.
    public var snapshot: String?
    /// The program, by its path, and the arguments of `exec`; without one that step is void.
    public var command: [String] = []
    /// Where `webhook` posts to; without it that step is void.
    public var webhook: String?
    /// What is kept before a step that would destroy it.
    public var evidence = Evidence()

    public init() {}
}

/// What is kept of a domain before a step that would destroy it, and within which bounds.
public struct Evidence: Hashable, Sendable {
    /// Where it is written to, on this host. Without it, nothing is kept.
    public var directory: String?
    /// Whether an image of the screen is kept.
    public var takesScreenshot = false
    public var screenshotLimit = 16 << 20
    public var screenshotTimeout = Duration.seconds(10)
    public var coreDump: CoreDump?
    /// Of each domain; the oldest go first.
    public var keep = 2

    public init() {}

    /// A domain's memory.
    public struct CoreDump: Hashable, Sendable {
        public var causes: Set<Cause> = [.panic]
        /// A domain with more memory is not dumped.
        public var maxBytes: UInt64 = 8 << 30
        /// What must stay free on the directory's file system.
        public var reserve: UInt64 = 1 << 30
        public var timeout = Duration.seconds(300)

        public init() {}
    }
}
