// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// Values of other types, kept as JSON in a `TEXT`; numbers that JSON cannot hold as words.
extension Value {
    public static func json(_ value: some Encodable) -> Value {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        // Silence is right: every number has a text now, and nothing else fails.
        return .text((try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}")
    }

    /// What `json` wrote; nil for anything else.
    public func decoded<T: Decodable>(as type: T.Type) -> T? {
        guard let text else { return nil }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        // What another program wrote into the file is passed over.
        return try? decoder.decode(type, from: Data(text.utf8))
    }
}
