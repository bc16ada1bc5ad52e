// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What a range function gives for one series in one window; nil leaves the series out. The numbers are the scalar
/// arguments.
typealias RangeFunction = @Sendable (RangeWindow, [Double]) -> Double?

/// One call, as a function of whole vectors sees it.
struct CallSite {
    let call: Node.Call
    let offset: Int
    let steps: Steps
    /// Those of the whole query, also within a subquery.
    let query: Span
    let dialect: Dialect
    var notes: Notes
    /// How many bytes of label values functions may still make.
    var labelBytesLeft: Int
    let limits: Limits

    var width: Int { steps.count }

    func checkTime() throws(Fault) {
        try limits.checkTime(at: offset)
    }

    func text(_ argument: Int, of arguments: [PartValue]) -> String {
        arguments.indices.contains(argument) ? arguments[argument].string : ""
    }
}

/// One function of the language.
struct Function: Sendable {
    enum Body: Sendable {
        /// A scalar at each step.
        case constant(@Sendable (CallSite, Int) -> Double)
        /// Value by value; the numbers are the scalar arguments after the vector.
        case map(@Sendable (Double, [Double]) -> Double)
        case vector(@Sendable (inout CallSite, [PartValue]) throws(Fault) -> PartValue)
        case range(RangeFunction)
        // Those that read series themselves.
        case timestamps
        case absentOverTime
        case info
    }

    enum Availability: Sendable {
        case always
        case experimental
        /// Gone in Prometheus 3.
        case versionTwo
    }

    enum TimeDependence: Sendable {
        case no
        case yes
        /// The vector that stands for the one that may be left out.
        case withoutArguments
    }

    let name: String
    let arguments: [ValueType]
    /// How many of the last arguments may be left out.
    var optional = 0
    /// Whether the last argument may be repeated.
    var isVariadic = false
    var result = ValueType.vector
    var keepsName = false
    var availability = Availability.always
    /// Whether it gives something else at another time, even of the same arguments.
    var timeDependence = TimeDependence.no
    /// Whether the second argument is a list of matchers and no vector.
    var takesMatchers = false
    /// Of a range function: why its numbers can't be.
    var refusal: (@Sendable ([Double]) -> String?)?
    /// Of a range function: a warning about its numbers.
    var remarkOnNumbers: (@Sendable ([Double]) -> String?)?
    /// Of a range function: what to know of a metric's name.
    var remarkOnName: (@Sendable (String) -> String?)?
    let body: Body

    func dependsOnTime(arguments: Int) -> Bool {
        timeDependence == .yes || timeDependence == .withoutArguments && arguments == 0
    }

    /// Prometheus's warning about a quantile outside of 0...1.
    static func remarkOnQuantile(_ value: Double) -> String {
        "quantile value should be between 0 and 1, got \(NumberText.format(value))"
    }
}

/// The functions there are, in files of their families, sorted by name.
enum Functions {
    static let all: [Function] =
        (AbsentFunction.all + ArithmeticFunctions.all + CounterFunctions.all + HistogramFunctions.all
        + InfoFunction.all + LabelFunctions.all + OverTimeFunctions.all + QueryFunctions.all + ShapeFunctions.all
        + SmoothingFunctions.all + TimeFunctions.all + TrendFunctions.all + TrigonometricFunctions.all)
        .sorted { $0.name < $1.name }

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    static func named(_ name: String) -> Function? { byName[name] }
}
