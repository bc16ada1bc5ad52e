// SPDX-License-Identifier: Apache-2.0
import Glibc
import Vocabulary

extension Timestamp {
    /// The wall clock, for what is stored; never for waiting.
    static var wallClock: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
