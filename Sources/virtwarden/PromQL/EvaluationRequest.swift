// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Vocabulary

/// One line of `promql eval`'s input.
struct EvaluationRequest: Decodable {
    /// One series, or a part of it.
    struct Load: Decodable {
        let labels: [String: String]
        /// Between two values.
        let interval: Milliseconds
        let values: LoadedValues
    }

    struct Evaluation: Decodable {
        enum Kind: String, Decodable {
            case instant, range
        }

        let kind: Kind
        let expr: String
        let time: Milliseconds?
        let start: Milliseconds?
        let end: Milliseconds?
        let step: Milliseconds?
    }

    let id: JSONValue?
    let load: [Load]?
    let eval: Evaluation
}

/// A time from the epoch, or how long something takes.
struct Milliseconds: Decodable {
    let count: Int64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Silence is right: the decoder would not say where it is that it finds no such number.
        guard let count = try? container.decode(Int64.self) else {
            let sentence = "expected milliseconds, a whole number of 64 bits"
            throw DecodingError.dataCorrupted(.init(codingPath: container.codingPath, debugDescription: sentence))
        }
        self.count = count
    }
}

/// What can be known of a line of which the rest is wrong.
struct EvaluationIdentity: Decodable {
    let id: JSONValue?
}

/// The values of a series; nil where it has none.
struct LoadedValues: Decodable {
    var all: [Double?] = []

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        all.reserveCapacity(min(container.count ?? 0, 1 << 16))
        // A wrong guess costs an error, so the guess is what the value before was.
        var isText = true
        while !container.isAtEnd {
            if try container.decodeNil() {
                all.append(nil)
                continue
            }
            // Silence is right: what is neither is refused by the second of the two.
            if isText, let text = try? container.decode(String.self) {
                all.append(try number(text, container.codingPath))
            } else if let number = try? container.decode(Double.self) {
                all.append(number)
                isText = false
            } else {
                all.append(try number(try container.decode(String.self), container.codingPath))
                isText = true
            }
        }
    }

    private func number(_ text: String, _ path: [any CodingKey]) throws -> Double {
        if text == "stale" { return StaleMarker.value }
        guard let value = Double(text) else {
            let sentence = "\"\(String(text.prefix(40)))\", value \(all.count), is no number"
            throw DecodingError.dataCorrupted(.init(codingPath: path, debugDescription: sentence))
        }
        // Of the many NaN one means a value.
        return value.isNaN ? .nan : value
    }
}

/// Any JSON, to be given back as it came.
enum JSONValue: Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
