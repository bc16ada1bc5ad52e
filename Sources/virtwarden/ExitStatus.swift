// SPDX-License-Identifier: Apache-2.0
import Glibc

/// How the process ends when it does not end well; the numbers that no command uses yet are in the README.
enum ExitStatus: Int32 {
    /// The thing asked about is wrong: a file that was checked, an address that cannot be listened on.
    case wrong = 1
    case usage = 2
    case configuration = 3
    /// No agent answers.
    case noDaemon = 4
    case timeout = 7

    static func end(_ status: ExitStatus) -> Never {
        exit(status.rawValue)
    }
}
