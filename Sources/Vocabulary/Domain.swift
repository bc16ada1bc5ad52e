// SPDX-License-Identifier: Apache-2.0

/// A domain's UUID: what a domain is known by, since names change and are reused.
public struct DomainUUID: Hashable, Sendable, Codable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// From the form with or without hyphens; nil when `text` has not 32 hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        let digits = String(text.filter { $0 != "-" })
        guard digits.utf8.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}

extension DomainUUID: CustomStringConvertible {
    /// Lower case, with hyphens: 8-4-4-4-12.
    public var description: String {
        func hex(_ value: UInt64) -> Substring {
            let digits = String(value, radix: 16)
            return Substring(String(repeating: "0", count: 16 - digits.count) + digits)
        }
        let all = hex(high) + hex(low)
        var text = ""
        for (index, digit) in all.enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            text.append(digit)
        }
        return text
    }
}

/// Which domain, on which connection. The name is untrusted text: escape it wherever it is shown.
public struct DomainIdentity: Hashable, Sendable, Codable {
    /// The configured connection's name.
    public let connection: String
    public let uuid: DomainUUID
    public let name: String

    public init(connection: String, uuid: DomainUUID, name: String) {
        self.connection = connection
        self.uuid = uuid
        self.name = name
    }

    /// The UUID tells nearly all apart, and is hashed sooner than text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(uuid)
    }
}

/// State and reason in libvirt's words (`shutoff`, `crashed`); a number that has no word yet is its digits.
public struct DomainStatus: Hashable, Sendable, Codable {
    public let state: String
    public let reason: String

    public init(state: String, reason: String) {
        self.state = state
        self.reason = reason
    }
}

extension DomainStatus: CustomStringConvertible {
    public var description: String { "\(state) (\(reason))" }
}
