// SPDX-License-Identifier: Apache-2.0
import Glibc
import Remediation

/// What files say: the one that forbids every step while it is there, for whoever has no time to ask the agent, and the
/// one that login programs heed while a machine shuts down.
extension HostConditions {
    init(by settings: RemediationSettings) {
        self.init(
            killSwitch: settings.killSwitch.flatMap(Self.unlessAbsent),
            shutdown: settings.shutdownFile.flatMap(Self.unlessAbsent))
    }

    /// What can't be looked at may be there: only a plain "no such file" lets steps through.
    private static func unlessAbsent(_ path: String) -> String? {
        let isAbsent = access(path, F_OK) != 0 && [ENOENT, ENOTDIR].contains(errno)
        return isAbsent ? nil : path
    }
}
