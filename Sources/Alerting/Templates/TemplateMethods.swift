// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The methods of Go's times and durations that templates use.
enum TemplateMethods {
    /// nil when there is no such method, or it takes other arguments.
    static func call(_ name: String, on receiver: TemplateValue, _ arguments: [TemplateValue]) -> TemplateValue? {
        switch receiver {
        case .time(let time): self.time(name, time, arguments)
        case .duration(let duration): arguments.isEmpty ? self.duration(name, duration) : nil
        case .pairs(let labels): NotificationMethods.call(name, on: labels, arguments)
        case .list(let kind, let values): arguments.isEmpty ? NotificationMethods.call(name, on: kind, values) : nil
        default: nil
        }
    }

    private static func time(_ name: String, _ time: Timestamp, _ arguments: [TemplateValue]) -> TemplateValue? {
        let date = CivilTime(time)
        if name == "Format", arguments.count == 1, case .string(let layout) = arguments[0] {
            return .string(date.formatted(layout))
        }
        if let argument = arguments.first { return arguments.count == 1 ? compared(name, time, argument) : nil }
        switch name {
        case "Unix": return .int(Int(date.second + 60 * (date.minute + 60 * (date.hour + 24 * date.day))))
        case "UnixMilli": return .int(Int(time.milliseconds))
        case "UnixMicro": return .int(Int(time.milliseconds &* 1000))
        // As in Go, wrong where 64 bits do not hold it.
        case "UnixNano": return .int(Int(time.milliseconds &* 1_000_000))
        case "UTC": return .time(time)
        case "IsZero": return .bool(time == NotificationData.never)
        case "String": return .string(Humanize.timestamp(time.seconds))
        case "Year": return .int(Int(date.year))
        case "Month": return .string(date.monthName)
        case "Day": return .int(Int(date.dayOfMonth))
        case "Hour": return .int(Int(date.hour))
        case "Minute": return .int(Int(date.minute))
        case "Second": return .int(Int(date.second))
        case "Nanosecond": return .int(Int(date.milliseconds * 1_000_000))
        case "Weekday": return .string(date.weekdayName)
        case "YearDay": return .int(Int(date.dayOfYear))
        default: return nil
        }
    }

    /// Methods that take another time, or how long after it.
    private static func compared(_ name: String, _ time: Timestamp, _ argument: TemplateValue) -> TemplateValue? {
        switch (name, argument) {
        case ("Equal", .time(let other)): .bool(time == other)
        case ("Before", .time(let other)): .bool(time < other)
        case ("After", .time(let other)): .bool(time > other)
        case ("Sub", .time(let other)): .duration(time - other)
        case ("Add", .duration(let duration)): .time(time + duration)
        case ("Add", .int(let nanoseconds)): .time(time + .nanoseconds(nanoseconds))
        default: nil
        }
    }

    private static func duration(_ name: String, _ duration: Duration) -> TemplateValue? {
        let seconds = duration.inSeconds
        switch name {
        case "Hours": return .number(seconds / 3600)
        case "Minutes": return .number(seconds / 60)
        case "Seconds": return .number(seconds)
        case "Milliseconds": return .int(Int(duration.milliseconds))
        case "String": return .string(GoText.duration(duration))
        default: return nil
        }
    }
}

/// A time as a calendar and a clock show it, in UTC.
struct CivilTime {
    /// Days since 1970.
    let day: Int64
    let hour: Int64
    let minute: Int64
    let second: Int64
    let milliseconds: Int64
    let year: Int64
    let month: Int64
    let dayOfMonth: Int64

    init(_ time: Timestamp) {
        let seconds = Self.floor(time.milliseconds, 1000)
        day = Self.floor(seconds, 86_400)
        milliseconds = time.milliseconds - seconds * 1000
        let rest = seconds - day * 86_400
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        (year, month, dayOfMonth) = Self.date(day)
    }

    private static func floor(_ value: Int64, _ size: Int64) -> Int64 {
        value >= 0 ? value / size : -((size - 1 - value) / size)
    }

    /// Counted in years that begin in March, so that the leap day is the last of its year.
    private static func date(_ day: Int64) -> (Int64, Int64, Int64) {
        let shifted = day + 719_468
        let era = floor(shifted, 146_097)
        let inEra = shifted - era * 146_097
        let year = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * year + year / 4 - year / 100)
        let month = (5 * inYear + 2) / 153
        let result = month < 10 ? month + 3 : month - 9
        return (year + era * 400 + (result <= 2 ? 1 : 0), result, inYear - (153 * month + 2) / 5 + 1)
    }

    private var isLeap: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    var dayOfYear: Int64 {
        let before: [Int64] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        return before[Int(month - 1)] + dayOfMonth + (isLeap && month > 2 ? 1 : 0)
    }

    var monthName: String {
        [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ][Int(month - 1)]
    }

    var weekdayName: String {
        let names = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
        return names[Int(((day % 7) + 7) % 7)]
    }

    /// By Go's layout, an example of how Monday, 2 January 2006, 15:04:05 would look.
    func formatted(_ layout: String) -> String {
        var result = ""
        var rest = layout[...]
        while let first = rest.first {
            if let (word, text) = part(at: rest) {
                result += text
                rest = rest.dropFirst(word.count)
            } else {
                result.append(first)
                rest.removeFirst()
            }
            if result.utf8.count > Template.longestResult { return result }
        }
        return result
    }

    private func part(at rest: Substring) -> (String, String)? {
        if rest.hasPrefix(".0") || rest.hasPrefix(".9") { return fraction(rest) }
        return parts.first { rest.hasPrefix($0.0) }
    }

    /// Longer words first.
    private var parts: [(String, String)] {
        let half = (hour + 11) % 12 + 1
        return [
            ("January", monthName), ("Monday", weekdayName), ("2006", year < 1000 ? "0" + three(year) : "\(year)"),
            ("-07:00", "+00:00"),
            ("Z07:00", "Z"), ("Z0700", "Z"), ("Z07", "Z"), ("-0700", "+0000"), ("Jan", String(monthName.prefix(3))),
            ("Mon", String(weekdayName.prefix(3))), ("MST", "UTC"), ("-07", "+00"), ("002", three(dayOfYear)),
            ("01", two(month)), ("02", two(dayOfMonth)), ("_2", dayOfMonth < 10 ? " \(dayOfMonth)" : "\(dayOfMonth)"),
            ("03", two(half)), ("04", two(minute)), ("05", two(second)), ("06", two(year % 100)), ("15", two(hour)),
            ("PM", hour < 12 ? "AM" : "PM"), ("pm", hour < 12 ? "am" : "pm"), ("1", "\(month)"),
            ("2", "\(dayOfMonth)"), ("3", "\(half)"), ("4", "\(minute)"), ("5", "\(second)"),
        ]
    }

    /// `.000` shows so many digits, `.999` no zeros at the end.
    private func fraction(_ rest: Substring) -> (String, String)? {
        let digit = rest.dropFirst().first ?? "0"
        let word = "." + rest.dropFirst().prefix { $0 == digit }
        let next = rest.dropFirst(word.count).first
        guard next?.isNumber != true, word.count < 11 else { return nil }
        var text = (three(milliseconds) + "000000").prefix(word.count - 1)
        if digit == "9" { while text.last == "0" { text.removeLast() } }
        return (word, text.isEmpty ? "" : "." + text)
    }

    private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private func three(_ number: Int64) -> String { number < 100 ? "0" + two(number) : "\(number)" }
}
