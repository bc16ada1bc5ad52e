// SPDX-License-Identifier: Apache-2.0
import Glibc

/// How the process ends.
enum ExitStatus: Int32 {
    case ok = 0
    /// The thing asked about is wrong: a file that was checked, an address that cannot be listened on.
    case wrong = 1
    case usage = 2
    case configuration = 3
    case noDaemon = 4
    case noLibvirt = 5
    case permission = 6
    case timeout = 7

    static func end(_ status: ExitStatus) -> Never {
        exit(status.rawValue)
    }
}
