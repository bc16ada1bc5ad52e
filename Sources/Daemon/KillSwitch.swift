// SPDX-License-Identifier: Apache-2.0
import Glibc
import Remediation

/// The file that forbids every step while it is there, for whoever has no time to ask the agent; and the one that login
/// programs heed while a machine shuts down.
enum KillSwitch {
    static func conditions(_ settings: RemediationSettings) -> HostConditions {
        HostConditions(
            killSwitch: settings.killSwitch.flatMap(unlessAbsent), shutdown: settings.shutdownFile.flatMap(unlessAbsent)
        )
    }

    /// What can't be looked at may be there: only a plain "no such file" lets steps through.
    private static func unlessAbsent(_ path: String) -> String? {
        let isAbsent = access(path, F_OK) != 0 && [ENOENT, ENOTDIR].contains(errno)
        return isAbsent ? nil : path
    }
}
