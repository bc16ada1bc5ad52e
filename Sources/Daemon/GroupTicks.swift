// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// When a group is evaluated: at multiples of its interval plus an offset of its own, which stays the same over restarts
/// and spreads groups over the interval.
struct GroupTicks {
    let interval: Duration
    private let offset: Int64

    init(key: String, interval: Duration) {
        // Shorter ones would never rest.
        self.interval = max(interval, .milliseconds(1))
        // FNV-1a with 64 bits.
        let hash = key.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        offset = Int64(hash % UInt64(self.interval.milliseconds))
    }

    /// The first tick after `time`.
    func next(after time: Timestamp) -> Timestamp {
        let step = interval.milliseconds
        let since = (time.milliseconds - offset) % step
        return Timestamp(milliseconds: time.milliseconds + step - (since < 0 ? since + step : since))
    }

    /// Ticks that were left out when two that were taken lie `time` apart.
    func missed(in time: Duration) -> Int {
        // A clock that is set while waiting moves the ticks by less than one.
        max(0, Int((time / interval + 0.01).rounded(.down)) - 1)
    }
}
