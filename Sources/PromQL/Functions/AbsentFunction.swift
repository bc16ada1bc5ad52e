// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `absent`, `absent_over_time`: one series when there is none.
enum AbsentFunction {
    static let all = [
        Function(
            name: "absent", arguments: [.vector],
            body: .vector { (arguments, call, _) throws(Fault) in
                guard arguments[0].vector.isEmpty else { return .vector([]) }
                guard case .selector(let selector) = call.arguments[0].bare.kind else {
                    return .vector([Sample(labels: .none, value: 1)])
                }
                return .vector([Sample(labels: labels(of: selector), value: 1)])
            }),
        Function(name: "absent_over_time", arguments: [.matrix], body: .absentOverTime),
    ]

    /// The labels that the missing series would have: those that the selector fixes, once each.
    static func labels(of selector: Selector) -> Labels {
        let fixed = selector.matchers.map(\.matcher)
        let labels = fixed.filter { one in
            one.operation == .equal && one.name != Labels.metricName && fixed.count { $0.name == one.name } == 1
        }
        return Labels(labels.map { Label($0.name, $0.value) })
    }
}
