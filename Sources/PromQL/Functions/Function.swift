// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The points of one series in a window, none of them a marker; never empty.
struct RangeWindow {
    let points: [Point]
    /// The window is (end - length, end].
    let end: Timestamp
    let length: Duration
    /// When the query is evaluated, which an offset does not move.
    let evaluated: Timestamp

    var values: [Double] { points.map(\.value) }
}

/// What a range function gives for one series; nil leaves the series out. The numbers are the scalar arguments.
typealias RangeFunction = @Sendable (RangeWindow, [Double]) -> Double?

/// One function of the language.
struct Function: Sendable {
    enum Body: Sendable {
        case constant(@Sendable (Timestamp) -> Double)
        /// Value by value; the numbers are the scalar arguments after the vector.
        case map(@Sendable (Double, [Double]) -> Double)
        case vector(@Sendable ([PartValue], Node.Call, Timestamp) throws(Fault) -> PartValue)
        case range(RangeFunction)
        case timestamps
        case absentOverTime
    }

    let name: String
    let arguments: [ValueType]
    /// How many of the last arguments may be left out.
    var optional = 0
    /// Whether the last argument may be repeated.
    var isVariadic = false
    var result = ValueType.vector
    var keepsName = false
    let body: Body
}

/// The functions there are, in files of their families, sorted by name.
enum Functions {
    static let all: [Function] =
        (AbsentFunction.all + ArithmeticFunctions.all + CounterFunctions.all + LabelFunctions.all
        + OverTimeFunctions.all + ShapeFunctions.all + TimeFunctions.all + TrendFunctions.all)
        .sorted { $0.name < $1.name }

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    static func named(_ name: String) -> Function? { byName[name] }
}
