// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Operators between two expressions.
enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case atan2
    case equal = "=="
    case notEqual = "!="
    case greater = ">"
    case less = "<"
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case and
    case or
    case unless

    /// Higher binds tighter.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual: 3
        case .add, .subtract: 4
        case .multiply, .divide, .modulo, .atan2: 5
        case .power: 6
        }
    }

    static let tightest = BinaryOperator.power.precedence

    var isComparison: Bool { precedence == 3 }
    var isSet: Bool { precedence <= 2 }

    /// The value of an arithmetic operator; a comparison gives 1 or 0.
    func apply(_ left: Double, _ right: Double) -> Double {
        switch self {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .modulo: fmod(left, right)
        case .power: pow(left, right)
        case .atan2: Glibc.atan2(left, right)
        case .equal: left == right ? 1 : 0
        case .notEqual: left != right ? 1 : 0
        case .greater: left > right ? 1 : 0
        case .less: left < right ? 1 : 0
        case .greaterOrEqual: left >= right ? 1 : 0
        case .lessOrEqual: left <= right ? 1 : 0
        case .and, .or, .unless: .nan
        }
    }
}

/// Operators that fold the series of a vector.
enum Aggregator: String, Sendable {
    case avg, bottomk, count, group, limitk, max, min, quantile, stddev, stdvar, sum, topk
    case countValues = "count_values"
    case limitRatio = "limit_ratio"

    var isExperimental: Bool { self == .limitk || self == .limitRatio }

    /// The type of the parameter before the vector, if there is one.
    var parameter: ValueType? {
        switch self {
        case .bottomk, .limitk, .limitRatio, .topk, .quantile: .scalar
        case .countValues: .string
        default: nil
        }
    }
}
