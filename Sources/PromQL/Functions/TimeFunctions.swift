// SPDX-License-Identifier: Apache-2.0
import Glibc
import Vocabulary

/// Functions of time; all dates are UTC.
enum TimeFunctions {
    static let all =
        [
            Function(name: "time", arguments: [], result: .scalar, body: .constant { $0.seconds }),
            Function(name: "timestamp", arguments: [.vector], body: .timestamps),
        ]
        + parts.map { name, part in
            Function(
                name: name, arguments: [.vector], optional: 1,
                body: .vector { (arguments, _, time) throws(Fault) in
                    guard let samples = arguments.first?.vector else {
                        return .vector([Sample(labels: .none, value: value(time.seconds, part))])
                    }
                    return .vector(
                        samples.map { Sample(labels: $0.labels.withoutName, value: value($0.value, part)) })
                })
        }

    private static let parts: [(String, @Sendable (tm) -> Int32)] = [
        ("day_of_month", { $0.tm_mday }), ("day_of_week", { $0.tm_wday }), ("day_of_year", { $0.tm_yday + 1 }),
        ("hour", { $0.tm_hour }), ("minute", { $0.tm_min }), ("month", { $0.tm_mon + 1 }),
        ("year", { $0.tm_year + 1900 }),
    ]

    private static func value(_ seconds: Double, _ part: (tm) -> Int32) -> Double {
        // Ten thousand years either way: further out a year has no number that C can hold.
        guard seconds.magnitude < 3.2e11 else { return .nan }
        var whole = time_t(seconds.rounded(.down))
        var parts = tm()
        gmtime_r(&whole, &parts)
        return Double(part(parts))
    }
}
