// SPDX-License-Identifier: Apache-2.0

/// A duration of a selector or subquery as it was written: fixed, or an expression of the query's own step and range.
///
/// In milliseconds. Source: Prometheus's feature flag `promql-duration-expr`, part of the language since 3.14.
indirect enum TimeSpan: Sendable {
    case fixed(Int64)
    /// Numbers are seconds.
    case number(Double)
    case step
    case range
    case negated(TimeSpan)
    case binary(BinaryOperator, TimeSpan, TimeSpan)
    case lesser(TimeSpan, TimeSpan)
    case greater(TimeSpan, TimeSpan)

    /// What the query is evaluated over, in milliseconds; both 0 at one instant.
    struct Frame: Sendable {
        var step: Int64 = 0
        var range: Int64 = 0
    }

    /// The longest that may come out, some 292 years: what Go's nanoseconds can hold.
    static let longest: Int64 = .max / 1_000_000

    static let zero = TimeSpan.fixed(0)

    /// In whole milliseconds; `offset` is where it stands in the query.
    func milliseconds(in frame: Frame, at offset: Int) throws(Fault) -> Int64 {
        if case .fixed(let milliseconds) = self { return milliseconds }
        let value = try seconds(frame, offset) * 1000
        guard value.magnitude <= Double(Self.longest) else { throw Fault("duration is out of range", at: offset) }
        return Int64(value.rounded())
    }

    private func seconds(_ frame: Frame, _ offset: Int) throws(Fault) -> Double {
        switch self {
        case .fixed(let milliseconds): return Double(milliseconds) / 1000
        case .number(let seconds): return seconds
        case .step: return Double(frame.step) / 1000
        case .range: return Double(frame.range) / 1000
        case .negated(let inner): return -(try inner.seconds(frame, offset))
        case .lesser(let left, let right):
            return try min(left.seconds(frame, offset), right.seconds(frame, offset))
        case .greater(let left, let right):
            return try max(left.seconds(frame, offset), right.seconds(frame, offset))
        case .binary(let operation, let left, let right):
            let divisor = try right.seconds(frame, offset)
            if divisor == 0, operation == .divide || operation == .modulo {
                throw Fault(operation == .divide ? "division by zero" : "modulo by zero", at: offset)
            }
            return operation.apply(try left.seconds(frame, offset), divisor)
        }
    }
}

/// The fixed instant of an `@` modifier.
enum FixedTime: Sendable {
    /// Milliseconds since 1970.
    case at(Int64)
    /// `start()` and `end()` of the whole query.
    case start
    case end
}
