// SPDX-License-Identifier: Apache-2.0

/// How a domain's owner wishes it to be repaired, read from the domain's metadata. It can only lower what the
/// configuration allows.
public struct DomainWish: Hashable, Sendable, Codable {
    public static let modes = ["off", "observe", "auto"]
    public static let restarts = ["never", "on-failure"]
    public static let attributes = [
        "mode", "policy", "restart", "attempts", "window", "depends-on", "hold-until", "hold-by",
    ]
    private static let dependencyLimit = 16

    /// One of `modes`.
    public var mode: String?
    /// The name of one of the configuration's policies.
    public var policy: String?
    /// One of `restarts`.
    public var restart: String?
    public var attempts: Int?
    public var window: Duration?
    public var dependsOn: [DomainUUID] = []
    /// Until then it is left alone, on behalf of `holdBy`.
    public var holdUntil: Timestamp?
    public var holdBy: String?
    /// What cannot be used, a clause each: as long as there is one, the domain is only observed.
    public var problems: [String] = []
    /// Names of attributes that mean nothing; they change nothing.
    public var ignored: [String] = []

    public init() {}

    /// From the attributes in the metadata, whoever wrote them.
    public init(_ attributes: [String: String], problems: [String] = []) {
        self.problems = problems
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            if let problem = take(name, value) { self.problems.append("\(name): \(problem)") }
        }
    }

    /// What is wrong with the value; nil when nothing is.
    private mutating func take(_ name: String, _ value: String) -> String? {
        switch name {
        case "mode":
            guard Self.modes.contains(value) else { return "is none of \(Self.modes.joined(separator: ", "))" }
            mode = value
        case "restart":
            guard Self.restarts.contains(value) else { return "is none of \(Self.restarts.joined(separator: ", "))" }
            restart = value
        case "policy":
            guard !value.isEmpty else { return "is empty" }
            policy = value
        case "attempts":
            guard let number = Int(value), (0...1000).contains(number) else { return "is no number from 0 to 1000" }
            attempts = number
        case "window":
            guard let duration = Self.duration(value), duration > .zero else {
                return "is no duration such as 1h or PT1H"
            }
            window = duration
        case "depends-on":
            let words = value.split(whereSeparator: { $0 == " " || $0 == "," })
            dependsOn = words.compactMap { DomainUUID($0) }
            guard dependsOn.count == words.count, words.count <= Self.dependencyLimit else {
                return "is no list of at most \(Self.dependencyLimit) UUIDs"
            }
        case "hold-until":
            guard let time = Timestamp(parsing: value) else { return "is no time such as 2026-01-31T12:00:00Z" }
            holdUntil = time
        case "hold-by": holdBy = value
        default: ignored.append(name)
        }
        return nil
    }

    /// `1h30m`, or the part of ISO 8601 that has no months: `PT1H30M`.
    private static func duration(_ text: String) -> Duration? {
        guard text.hasPrefix("PT") else { return DurationText.parse(text) }
        let units = text.dropFirst(2)
        return units == units.uppercased() ? DurationText.parse(units.lowercased()) : nil
    }
}
