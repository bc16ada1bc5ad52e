// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Functions that change labels.
enum LabelFunctions {
    static let all = [
        Function(
            name: "label_join", arguments: [.vector, .string, .string, .string], optional: 1, isVariadic: true,
            body: .vector { (arguments, call, _) throws(Fault) in
                let target = arguments[1].string
                guard !target.isEmpty else {
                    throw Fault("label_join needs a label to write", at: call.arguments[1].offset)
                }
                let sources = arguments.dropFirst(3).map(\.string)
                let joined = arguments[0].vector.map { sample in
                    let text = sources.map { sample.labels[$0] ?? "" }.joined(separator: arguments[2].string)
                    return Sample(labels: sample.labels.setting(target, to: text), value: sample.value)
                }
                guard Set(joined.map(\.labels)).count == joined.count else {
                    throw Fault("label_join makes two series with the same labels", at: call.arguments[0].offset)
                }
                return .vector(joined)
            })
    ]
}
