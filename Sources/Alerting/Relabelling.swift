// SPDX-License-Identifier: Apache-2.0
import Regex2
public import Vocabulary

/// One step of Prometheus's relabelling: what becomes of a label set.
///
/// Source: Prometheus's configuration, `relabel_config`.
public struct Relabelling: Sendable {
    public enum Action: String, CaseIterable, Sendable {
        case replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase
    }

    public let action: Action
    private let sources: [String]
    private let separator: String
    private let target: String
    private let regex: RegularExpression
    private let replacement: String
    private let modulus: UInt64

    /// `target` may hold `$1`, where `replacement` may. Throws when `regex` is none.
    public init(
        _ action: Action = .replace, sources: [String] = [], separator: String = ";", target: String = "",
        regex: String = "(.*)", replacement: String = "$1", modulus: UInt64 = 0
    ) throws(RelabellingError) {
        self.action = action
        self.sources = sources
        self.separator = separator
        self.target = target
        self.replacement = replacement
        self.modulus = modulus
        do throws(RegexError) {
            self.regex = try RegularExpression(regex)
        } catch {
            throw RelabellingError(description: error.description)
        }
    }

    /// What `steps` make of `labels`, one after the other; nil when one of them drops it.
    public static func apply(_ steps: [Relabelling], to labels: Labels) -> Labels? {
        var labels = labels
        for step in steps {
            guard let next = step.apply(to: labels) else { return nil }
            labels = next
        }
        return labels
    }

    private func apply(to labels: Labels) -> Labels? {
        let value = sources.map { labels[$0] ?? "" }.joined(separator: separator)
        switch action {
        case .replace: return replaced(labels, value)
        case .keep: return regex.matchesWhole(value) ? labels : nil
        case .drop: return regex.matchesWhole(value) ? nil : labels
        case .keepequal: return (labels[target] ?? "") == value ? labels : nil
        case .dropequal: return (labels[target] ?? "") == value ? nil : labels
        case .hashmod: return labels.setting(target, to: String(Self.hash(value) % max(modulus, 1)))
        case .labelmap: return mapped(labels)
        case .labeldrop: return labels.filter { !regex.matchesWhole($0) }
        case .labelkeep: return labels.filter { regex.matchesWhole($0) }
        case .lowercase: return labels.setting(target, to: value.lowercased())
        case .uppercase: return labels.setting(target, to: value.uppercased())
        }
    }

    /// What does not match, or makes no label's name, changes nothing.
    private func replaced(_ labels: Labels, _ value: String) -> Labels {
        guard let name = expand(target, over: value), name.isLabelName, let text = expand(replacement, over: value)
        else { return labels }
        return labels.setting(name, to: text)
    }

    private func mapped(_ labels: Labels) -> Labels {
        var result = labels
        for label in labels.all {
            if let name = expand(replacement, over: label.name), name.isLabelName {
                result = result.setting(name, to: label.value)
            }
        }
        return result
    }

    private func expand(_ template: String, over text: String) -> String? {
        // Silence is right: a result that is too long to be used is none.
        (try? regex.expand(template: template, over: text)) ?? nil
    }

    /// The last eight bytes of the MD5, as Prometheus takes them.
    private static func hash(_ text: String) -> UInt64 {
        MD5.digest(of: Array(text.utf8)).suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Why a step of relabelling cannot be used.
public struct RelabellingError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}
