// SPDX-License-Identifier: Apache-2.0
import Regex2
import Vocabulary

/// Functions that change labels.
enum LabelFunctions {
    static let all = [
        Function(
            name: "label_join", arguments: [.vector, .string, .string, .string], optional: 1, isVariadic: true,
            body: .vector(join)),
        Function(
            name: "label_replace", arguments: [.vector, .string, .string, .string, .string], body: .vector(replace)),
    ]

    private static let join: @Sendable (inout CallSite, [PartValue]) throws(Fault) -> PartValue = {
        (site, arguments) throws(Fault) in
        let target = try label(1, arguments, site)
        var sources: [String] = []
        for index in arguments.indices.dropFirst(3) { sources.append(try label(index, arguments, site)) }
        let separator = arguments[2].string
        let offset = site.offset
        return try relabeled(&site, arguments, target) { (labels) throws(Fault) in
            let values = sources.map { labels[$0] ?? "" }
            let length = values.reduce(values.count * separator.utf8.count) { $0 + $1.utf8.count }
            guard length <= RegularExpression.longestResult else {
                throw Fault(
                    "label_join makes a label of more than \(RegularExpression.longestResult) bytes", at: offset)
            }
            return values.joined(separator: separator)
        }
    }

    private static let replace: @Sendable (inout CallSite, [PartValue]) throws(Fault) -> PartValue = {
        (site, arguments) throws(Fault) in
        let regex: RegularExpression
        do throws(RegexError) {
            regex = try RegularExpression(
                arguments[4].string, dotMatchesNewline: site.dialect.version == .three)
        } catch {
            throw Fault("bad regular expression: \(error.reason)", at: site.call.arguments[4].offset)
        }
        let target = try label(1, arguments, site)
        let source = arguments[3].string
        let replacement = arguments[2].string
        let offset = site.call.arguments[2].offset
        return try relabeled(&site, arguments, target) { (labels) throws(Fault) in
            do throws(RegexError) {
                return try regex.expand(template: replacement, over: labels[source] ?? "")
            } catch {
                throw Fault(error.reason, at: offset)
            }
        }
    }

    private static func label(_ index: Int, _ arguments: [PartValue], _ site: CallSite) throws(Fault) -> String {
        let name = site.text(index, of: arguments)
        guard !name.isEmpty, site.dialect.version == .three || name.isPlainLabelName else {
            throw Fault(
                "\(site.call.function.name) needs the name of a label, not \"\(name.prefix(80))\"",
                at: site.call.arguments[index].offset)
        }
        return name
    }

    /// Each series with the label `target` set to what `value` gives; left alone where that is nil.
    private static func relabeled(
        _ site: inout CallSite, _ arguments: [PartValue], _ target: String,
        _ value: (Labels) throws(Fault) -> String?
    ) throws(Fault) -> PartValue {
        var grid = arguments[0].grid(site.width)
        for row in grid.labels.indices {
            // What is removed late only is still there to be read and kept.
            let isLate = site.dialect.isExperimental && grid.isNameless[row]
            let labels = isLate ? grid.labels[row] : grid.visible(row)
            guard let value = try value(labels) else { continue }
            try site.checkTime()
            site.labelBytesLeft -= value.utf8.count
            guard site.labelBytesLeft >= 0 else {
                throw Fault("\(site.call.function.name) makes labels that are too long together", at: site.offset)
            }
            grid.relabel(
                row, labels.setting(target, to: value), isNameless: isLate && target != Labels.metricName)
        }
        return .vector(
            try Twins.merged(grid, at: site.call.arguments[0].offset, seesNames: site.dialect.isExperimental))
    }
}
