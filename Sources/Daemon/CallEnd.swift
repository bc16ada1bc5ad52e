// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Says to calls in another queue that nobody waits for them any more.
final class CallEnd: Sendable {
    private let flag = Mutex(false)

    var isSet: Bool { flag.withLock { $0 } }

    func set() {
        flag.withLock { $0 = true }
    }
}
