// SPDX-License-Identifier: Apache-2.0

/// The actions there are, one file each in the folder `Actions`, sorted by name.
public enum Actions {
    public static let all: [any Action] = [
        ACPIRebootDomain(),
        AgentRebootDomain(),
        DestroyStartDomain(),
        ExecHook(),
        InjectNMI(),
        QuarantineDomain(),
        ResetDomain(),
        ResumeDomain(),
        ShutdownStartDomain(),
        SnapshotRevertDomain(),
        StartDomain(),
        WebhookCall(),
    ]

    /// The action that is called `name`.
    public static func named(_ name: String) -> (any Action)? {
        all.first { $0.name == name }
    }
}
