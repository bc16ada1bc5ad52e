// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// Numbers as Prometheus's HTTP API writes them.
enum APINumber {
    /// A sample's value, inside quotes: all digits from 1e-6 up to 1e21, an exponent outside.
    static func value(_ value: Double) -> String {
        let isPlain = value == 0 || (1e-6..<1e21).contains(value.magnitude)
        return isPlain ? NumberText.plain(value) : NumberText.format(value)
    }

    /// An alert's value: always with an exponent, as in `3e+00`.
    static func scientific(_ value: Double) -> String {
        let text = NumberText.format(value)
        guard value.isFinite, !text.contains("e") else { return text }
        let sign = value.sign == .minus ? "-" : ""
        let parts = NumberText.plain(value.magnitude).split(separator: ".")
        let whole = parts[0]
        let all = Array(whole + (parts.count > 1 ? parts[1] : ""))
        guard let first = all.firstIndex(where: { $0 != "0" }), let last = all.lastIndex(where: { $0 != "0" }) else {
            return sign + "0e+00"
        }
        // Between 1e-4 and 1e6: the exponent has one digit.
        let exponent = whole.count - 1 - first
        let rest = first == last ? "" : "." + String(all[(first + 1)...last])
        return "\(sign)\(all[first])\(rest)e\(exponent < 0 ? "-" : "+")0\(exponent.magnitude)"
    }

    /// A sample's time: seconds, with three more digits when they are not whole.
    static func time(_ time: Timestamp) -> String {
        let rest = time.milliseconds.magnitude % 1000
        let sign = time.milliseconds < 0 ? "-" : ""
        let seconds = "\(sign)\(time.milliseconds.magnitude / 1000)"
        guard rest > 0 else { return seconds }
        let digits = String(rest)
        return "\(seconds)." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// Seconds, in the fewest digits.
    static func seconds(_ duration: Duration) -> String {
        NumberText.plain(duration.inSeconds)
    }
}
