// SPDX-License-Identifier: Apache-2.0
import Glibc
import Remediation

/// The file that forbids every step while it is there, for whoever has no time to ask the agent.
enum KillSwitch {
    static func conditions(_ settings: RemediationSettings) -> HostConditions {
        guard let path = settings.killSwitch else { return HostConditions() }
        // What can't be looked at may be there: only a plain "no such file" lets steps through.
        let isAbsent = access(path, F_OK) != 0 && [ENOENT, ENOTDIR].contains(errno)
        return HostConditions(killSwitch: isAbsent ? nil : path)
    }
}
