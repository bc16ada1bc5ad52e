// SPDX-License-Identifier: Apache-2.0
import PromQL

/// What a template's `query` may read, found out before it runs: the store keeps nothing that nobody reads.
extension Template {
    /// The queries as far as they are fixed; nil when one is put together in a way that only a run can tell.
    func queries(as dialect: Dialect) -> [Query]? {
        var texts: [[String]] = []
        for pipeline in pipelines {
            guard let found = Self.texts(of: pipeline) else { return nil }
            texts += found
        }
        var queries: [Query] = []
        for forms in texts {
            // What is no query fails when it runs, and reads nothing.
            let parsed = forms.compactMap { try? Query(parsing: $0, as: dialect) }
            guard Set(parsed.map(\.metricNames)).count <= 1 else { return nil }
            queries += parsed.prefix(1)
        }
        return queries
    }

    /// The texts that a pipeline's own `query` commands get: one, or two where values are filled in.
    private static func texts(of pipeline: Pipeline) -> [[String]]? {
        var texts: [[String]] = []
        for (index, command) in pipeline.commands.enumerated() {
            guard case .function("query")? = command.first else { continue }
            let argument = command.count > 1 ? [command[1]] : index > 0 ? pipeline.commands[index - 1] : []
            guard let forms = forms(argument) else { return nil }
            texts.append(forms)
        }
        return texts
    }

    private static func forms(_ command: [Operand]) -> [String]? {
        switch (command.first, command.dropFirst().first) {
        case (.value(.string(let text))?, nil): return [text]
        case (.pipeline(let inner, fields: [])?, nil) where inner.commands.count == 1: return forms(inner.commands[0])
        case (.function("printf")?, .value(.string(let format))?): return [filled(format, "1"), filled(format, "2")]
        default: return nil
        }
    }

    /// A format with the same in place of each value.
    private static func filled(_ format: String, _ value: String) -> String {
        var result = ""
        var rest = format[...]
        while let character = rest.popFirst() {
            guard character == "%" else {
                result.append(character)
                continue
            }
            let flags = rest.prefix { !$0.isLetter && $0 != "%" }
            rest = rest.dropFirst(flags.count)
            switch rest.popFirst() {
            case "%": result += "%"
            case "q": result += "\"\(value)\""
            default: result += value
            }
        }
        return result
    }

    private var pipelines: [Pipeline] {
        let nodes = tree.main + tree.named.values.flatMap { $0 }
        return nodes.flatMap(\.pipelines)
    }
}

extension TemplateNode {
    /// All pipelines within, those in parentheses among them.
    fileprivate var pipelines: [Pipeline] {
        switch self {
        case .text, .breaking, .continuing: []
        case .action(let pipeline): pipeline.all
        case .condition(let branches, let otherwise), .with(let branches, let otherwise):
            branches.flatMap { $0.0.all + $0.1.flatMap(\.pipelines) } + otherwise.flatMap(\.pipelines)
        case .range(let pipeline, let body, let otherwise):
            pipeline.all + body.flatMap(\.pipelines) + otherwise.flatMap(\.pipelines)
        case .template(_, let pipeline): pipeline?.all ?? []
        }
    }
}

extension Pipeline {
    fileprivate var all: [Pipeline] {
        [self]
            + commands.flatMap { $0 }.flatMap { operand -> [Pipeline] in
                if case .pipeline(let inner, _) = operand { inner.all } else { [] }
            }
    }
}
