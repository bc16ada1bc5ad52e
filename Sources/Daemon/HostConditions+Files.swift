// SPDX-License-Identifier: Apache-2.0
import Glibc
import Remediation

/// What files say: the one that forbids every step while it is there, for whoever has no time to ask the agent, and the
/// one that login programs heed while a machine shuts down.
extension HostConditions {
    /// Whether a path is absent. What can't be looked at may be there: only a plain "no such file" lets steps through.
    private static let absence = PathQuestions { path in
        access(path, F_OK) != 0 && [ENOENT, ENOTDIR].contains(errno)
    }
    /// How long a file system may take to answer.
    private static let patience = Duration.seconds(1)

    /// A file whose file system does not answer may be there, too.
    static func look(by settings: RemediationSettings) async -> HostConditions {
        HostConditions(
            killSwitch: await unlessAbsent(settings.killSwitch), shutdown: await unlessAbsent(settings.shutdownFile))
    }

    private static func unlessAbsent(_ path: String?) async -> String? {
        guard let path else { return nil }
        return await absence.look(at: path, within: patience) == true ? nil : path
    }
}
