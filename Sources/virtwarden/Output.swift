// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Data on standard output, messages on standard error; each call writes whole lines.
enum Output {
    static func say(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    static func complain(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // A reader that went away is no reason to fail.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
