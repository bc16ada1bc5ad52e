// SPDX-License-Identifier: Apache-2.0
import Configuration
import Database
import Glibc
import Logging
import Remediation

/// The remediation journal in the state directory.
enum JournalFile {
    /// Opens it, and makes the directory when only its last part is missing. nil without a state directory. When it
    /// cannot be used, nothing may be done to domains: a budget that is not kept bounds nothing.
    static func open(_ settings: Settings, _ log: Logger) -> (journal: Journal?, mayAct: Bool) {
        guard let directory = settings.stateDirectory else {
            if settings.remediation.mode == .auto {
                log.warning("state.directory is not set: budgets and quarantines are forgotten when the agent ends")
            }
            return (nil, true)
        }
        // What is wrong with the directory shows when the file in it is opened.
        mkdir(directory, 0o700)
        do throws(DatabaseError) {
            return (try Journal(path: directory + "/remediation.db"), true)
        } catch {
            log.error("cannot use the remediation journal: \(error); domains are only observed")
            return (nil, false)
        }
    }
}
