// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Vocabulary

extension Timestamp {
    /// The wall clock, for what is shown or stored as a Prometheus time; never for waiting.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

extension Duration {
    /// Monotonic time since an arbitrary start: what waits and windows are measured with.
    package static var monotonic: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
