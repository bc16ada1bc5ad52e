// SPDX-License-Identifier: Apache-2.0
import Glibc
import Vocabulary

/// Functions of time; all dates are UTC.
enum TimeFunctions {
    static let all =
        [
            Function(
                name: "time", arguments: [], result: .scalar, timeDependence: .yes,
                body: .constant { site, step in Double(site.steps[step]) / 1000 }),
            // When a counter began is not among what series hold here, and what is not known gives no series.
            Function(
                name: "start_timestamp", arguments: [.vector], availability: .experimental,
                body: .vector { (site, _) throws(Fault) in .vector(Grid(width: site.width)) }),
            Function(name: "timestamp", arguments: [.vector], timeDependence: .yes, body: .timestamps),
        ]
        + parts.map { name, part in
            Function(
                name: name, arguments: [.vector], optional: 1, timeDependence: .withoutArguments,
                body: .vector { (site, arguments) throws(Fault) in
                    guard let argument = arguments.first else {
                        return .vector(
                            Grid((0..<site.width).map { value(Double(site.steps[$0]) / 1000, part) }))
                    }
                    var grid = argument.grid(site.width)
                    grid.map { number, _ in value(number, part) }
                    grid.dropNames()
                    return .vector(grid)
                })
        }

    private static let parts: [(String, @Sendable (tm) -> Int32)] = [
        ("day_of_month", { $0.tm_mday }), ("day_of_week", { $0.tm_wday }), ("day_of_year", { $0.tm_yday + 1 }),
        ("days_in_month", days), ("hour", { $0.tm_hour }), ("minute", { $0.tm_min }), ("month", { $0.tm_mon + 1 }),
        ("year", { $0.tm_year + 1900 }),
    ]

    private static let days: @Sendable (tm) -> Int32 = { parts in
        let year = parts.tm_year + 1900
        switch parts.tm_mon + 1 {
        case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    private static func value(_ seconds: Double, _ part: (tm) -> Int32) -> Double {
        // Ten thousand years either way: further out a year has no number that C can hold.
        guard seconds.magnitude < 3.2e11 else { return .nan }
        // Towards 0, as Go converts a number to an integer.
        var whole = time_t(seconds)
        var parts = tm()
        gmtime_r(&whole, &parts)
        return Double(part(parts))
    }
}
