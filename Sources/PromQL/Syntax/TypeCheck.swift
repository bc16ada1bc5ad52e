// SPDX-License-Identifier: Apache-2.0

/// Checks that every part of a tree gets the type it works on.
enum TypeCheck {
    static func check(_ node: Node) throws(Fault) {
        for child in node.children { try check(child) }
        switch node.kind {
        case .number, .string, .selector, .range, .parentheses: return
        case .subquery(let subquery):
            guard subquery.inner.type == .vector else {
                throw Fault(
                    "a subquery needs an instant vector, not a \(subquery.inner.type.rawValue)",
                    at: subquery.inner.offset)
            }
        case .negation(let inner), .plus(let inner):
            guard inner.type == .scalar || inner.type == .vector else {
                throw Fault("a sign needs a scalar or an instant vector, not a \(inner.type.rawValue)", at: node.offset)
            }
        case .binary(let binary): try check(binary, at: node.offset)
        case .call(let call): try check(call, at: node.offset)
        case .aggregation(let one): try check(one)
        }
    }

    private static func check(_ binary: Node.Binary, at offset: Int) throws(Fault) {
        let name = binary.operation.rawValue
        for side in [binary.left, binary.right] where side.type != .scalar && side.type != .vector {
            throw Fault("\(name) needs scalars or instant vectors, not a \(side.type.rawValue)", at: side.offset)
        }
        let scalars = [binary.left, binary.right].count { $0.type == .scalar }
        if binary.operation.isSet, scalars > 0 {
            throw Fault("\(name) needs instant vectors on both sides", at: offset)
        }
        if scalars == 2, binary.operation.isComparison, !binary.returnsBool {
            throw Fault("a comparison of two scalars needs bool: \(name) bool", at: offset)
        }
        let matching = binary.matching
        if scalars > 0, !matching.labels.isEmpty {
            throw Fault("on and ignoring need instant vectors on both sides", at: offset)
        }
        if scalars > 0, matching.fillLeft != nil || matching.fillRight != nil {
            throw Fault("fill needs instant vectors on both sides", at: offset)
        }
        if matching.isOn, let both = matching.include.first(where: { matching.labels.contains($0) }) {
            throw Fault("label \"\(both)\" must not be both in on and in group", at: offset)
        }
    }

    private static func check(_ call: Node.Call, at offset: Int) throws(Fault) {
        let function = call.function
        let least = function.arguments.count - function.optional
        guard
            (least...function.arguments.count).contains(call.arguments.count)
                || function.isVariadic && call.arguments.count >= least
        else {
            let wanted = function.optional == 0 && !function.isVariadic ? "\(least)" : "at least \(least)"
            throw Fault("\(function.name) takes \(wanted) arguments, not \(call.arguments.count)", at: offset)
        }
        for (index, argument) in call.arguments.enumerated() {
            let type = function.arguments[min(index, function.arguments.count - 1)]
            guard argument.type == type else {
                throw Fault(
                    "\(function.name) needs a \(type.rawValue) here, not a \(argument.type.rawValue)",
                    at: argument.offset)
            }
            try checkEdges(argument, of: function)
        }
        if function.takesMatchers, call.arguments.count > 1 { try checkMatchers(call.arguments[1], function) }
    }

    private static func checkEdges(_ argument: Node, of function: Function) throws(Fault) {
        guard case .range(let selector, _) = argument.bare.kind, selector.edges != .plain else { return }
        let names =
            selector.edges == .anchored
            ? ["changes", "delta", "increase", "rate", "resets"] : ["delta", "increase", "rate"]
        guard names.contains(function.name) else {
            throw Fault(
                "\(selector.edges.rawValue) is for \(names.joined(separator: ", ")) only, not for \(function.name)",
                at: argument.offset)
        }
    }

    private static func checkMatchers(_ argument: Node, _ function: Function) throws(Fault) {
        guard case .selector(let selector) = argument.kind, selector.metric == nil, selector.shift.back == nil,
            selector.shift.fixed == nil
        else { throw Fault("\(function.name) needs matchers in braces here, and no more", at: argument.offset) }
    }

    private static func check(_ one: Node.Aggregation) throws(Fault) {
        let name = one.operation.rawValue
        guard one.operand.type == .vector else {
            throw Fault("\(name) needs an instant vector, not a \(one.operand.type.rawValue)", at: one.operand.offset)
        }
        if let wanted = one.operation.parameter, let parameter = one.parameter, parameter.type != wanted {
            throw Fault(
                "\(name) needs a \(wanted.rawValue) first, not a \(parameter.type.rawValue)", at: parameter.offset)
        }
    }
}
