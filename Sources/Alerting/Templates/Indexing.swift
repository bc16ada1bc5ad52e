// SPDX-License-Identifier: Apache-2.0
import Vocabulary

extension TemplateValue {
    /// How many bytes, entries or elements it has; nil for what has none.
    var count: Int? {
        switch self {
        case .string(let text): text.utf8.count
        case .labels(let labels): labels.all.count
        case .samples(let samples): samples.count
        case .arguments(let values): values.count
        case .pairs(let labels): labels.all.count
        case .list(_, let values): values.count
        default: nil
        }
    }
}

/// Go's `index` and `slice`.
enum Indexing {
    /// The first value, looked up by the second, and so on.
    static func index(_ values: [TemplateValue]) throws(TemplateFailure) -> TemplateValue {
        var value = values[0]
        if case .missing = value { throw TemplateFailure("index of untyped nil") }
        for key in values.dropFirst() { value = try element(of: value, at: key) }
        return value
    }

    private static func element(
        of value: TemplateValue, at key: TemplateValue
    ) throws(TemplateFailure) -> TemplateValue {
        switch value {
        case .labels(let labels), .pairs(let labels): return .string(labels[try name(key)] ?? "")
        case .list(_, let values): return values[try position(key, below: values.count)]
        case .arguments(let values): return values[try name(key)] ?? .missing
        case .samples(let samples): return .sample(samples[try position(key, below: samples.count)])
        case .string(let text):
            let bytes = Array(text.utf8)
            return .int(Int(bytes[try position(key, below: bytes.count)]))
        case .missing: throw TemplateFailure("index of untyped nil")
        default: throw TemplateFailure("can't index item of type \(value.type)")
        }
    }

    private static func name(_ key: TemplateValue) throws(TemplateFailure) -> String {
        guard case .string(let name) = key else {
            throw TemplateFailure("value has type \(key.type); should be string")
        }
        return name
    }

    private static func position(_ key: TemplateValue, below count: Int) throws(TemplateFailure) -> Int {
        guard case .int(let position) = key else {
            throw TemplateFailure("cannot index slice/array with type \(key.type)")
        }
        guard position >= 0, position < count else { throw TemplateFailure("index out of range: \(position)") }
        return position
    }

    /// From the second value on, up to before the third.
    static func slice(_ values: [TemplateValue]) throws(TemplateFailure) -> TemplateValue {
        let value = values[0]
        guard let count = value.count else { throw TemplateFailure("can't slice item of type \(value.type)") }
        guard values.count <= (value.isText ? 3 : 4) else { throw TemplateFailure("too many slice indexes") }
        var bounds = [0, count]
        for (index, key) in values.dropFirst().enumerated() {
            guard case .int(let position) = key, position >= 0, position <= count else {
                throw TemplateFailure("index out of range: \(key.shown.prefix(40))")
            }
            if index < 2 { bounds[index] = position }
        }
        guard bounds[0] <= bounds[1] else { throw TemplateFailure("invalid slice index: \(bounds[0]) > \(bounds[1])") }
        switch value {
        case .string(let text):
            return .string(String(decoding: Array(text.utf8)[bounds[0]..<bounds[1]], as: UTF8.self))
        case .samples(let samples): return .samples(Array(samples[bounds[0]..<bounds[1]]))
        case .list(let kind, let values): return .list(kind, Array(values[bounds[0]..<bounds[1]]))
        default: throw TemplateFailure("can't slice item of type \(value.type)")
        }
    }
}

extension TemplateValue {
    var isText: Bool { if case .string = self { true } else { false } }
}
