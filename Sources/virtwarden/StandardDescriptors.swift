// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The three descriptors that every program counts on.
enum StandardDescriptors {
    /// For the first thing a process does: the number of one that is closed would go to the next file or socket that is
    /// opened, and what is printed would be written into that.
    static func fill() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            // It gets the lowest number that is free, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
