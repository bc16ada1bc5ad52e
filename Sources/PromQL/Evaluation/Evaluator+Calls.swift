// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Calls of functions.
extension Evaluator {
    mutating func call(_ call: Node.Call, _ node: Node, _ steps: Steps) throws(Fault) -> PartValue {
        let width = steps.count
        switch call.function.body {
        case .constant(let body):
            let site = site(call, node, steps)
            return .scalar((0..<width).map { body(site, $0) })
        case .map(let body):
            var grid = try value(of: call.arguments[0], steps).grid(width)
            let numbers = try numbers(Array(call.arguments.dropFirst()), width, steps)
            grid.map { value, step in body(value, numbers[step]) }
            grid.dropNames()
            return .vector(try distinct(grid, node))
        case .vector(let body):
            var arguments: [PartValue] = []
            let before = waiting
            for argument in call.arguments {
                let one = try value(of: argument, steps)
                waiting += one.size
                arguments.append(one)
            }
            waiting = before
            var site = site(call, node, steps)
            let result = try body(&site, arguments)
            notes = site.notes
            labelBytesLeft = site.labelBytesLeft
            guard case .vector(let grid) = result else { return result }
            return .vector(try distinct(grid, node))
        case .timestamps: return .vector(try distinct(timestamps(of: call.arguments[0], steps), node))
        case .range(let body):
            return .vector(try distinctSeries(over(call, node, steps, body), node))
        case .absentOverTime:
            let windows = try windows(of: call.arguments[0].bare, steps)
            let found = try over(windows, steps, [], keepsName: true, node) { _, _ in 1 }
            return .vector(AbsentFunction.absent(found, call.arguments[0], seen: width))
        case .info: return .vector(try distinct(info(call, node, steps), node))
        }
    }

    private func site(_ call: Node.Call, _ node: Node, _ steps: Steps) -> CallSite {
        CallSite(
            call: call, offset: node.offset, steps: steps, query: span, dialect: dialect, notes: notes,
            labelBytesLeft: labelBytesLeft, limits: limits)
    }

    /// The scalar arguments at each step.
    private mutating func numbers(
        _ arguments: [Node], _ width: Int, _ steps: Steps
    ) throws(Fault) -> [[Double]] {
        var numbers: [[Double]] = Array(repeating: [], count: width)
        for argument in arguments {
            for (step, value) in try value(of: argument, steps).scalars(width).enumerated() {
                numbers[step].append(value)
            }
        }
        return numbers
    }

    /// `timestamp()` of a selector is when each sample was taken, of anything else the time of evaluation.
    private mutating func timestamps(of argument: Node, _ steps: Steps) throws(Fault) -> Grid {
        var grid: Grid
        if case .selector(let selector) = argument.bare.kind {
            grid = Grid(width: steps.count)
            var rows: [Labels: Int] = [:]
            for step in 0..<steps.count {
                try checkTime(argument)
                let time = try times(selector.shift, Steps(at: steps[step]), argument).start
                let found = newest(selector, time)
                try count(found.count, argument)
                for one in found where !one.point.isStale {
                    if rows[one.labels] == nil { try checkSize(rows: grid.count + 1, width: steps.count, argument) }
                    let row = rows[one.labels] ?? grid.appendEmpty(one.labels)
                    rows[one.labels] = row
                    grid[row, step] = one.point.time.seconds
                }
            }
        } else {
            grid = try value(of: argument, steps).grid(steps.count)
            grid.map { _, step in Double(steps[step]) / 1000 }
        }
        grid.dropNames()
        return grid
    }

    /// A function of one range vector, with scalars before and after it.
    private mutating func over(
        _ call: Node.Call, _ node: Node, _ steps: Steps, _ body: RangeFunction
    ) throws(Fault) -> Grid {
        let function = call.function
        let scalars = call.arguments.filter { $0.type != .matrix }
        let numbers = scalars.isEmpty ? [] : try self.numbers(scalars, steps.count, steps)
        guard let argument = call.arguments.first(where: { $0.type == .matrix }) else {
            return Grid(width: steps.count)
        }
        var windows = try windows(of: argument, steps)
        windows.isCounter = function.remarkOnName != nil
        try checkSize(rows: windows.rows.count, width: steps.count, node)
        // Numbers matter at steps only at which some series has points.
        for (step, row) in numbers.enumerated() where function.refusal != nil || function.remarkOnNumbers != nil {
            let (refusal, remark) = (function.refusal?(row), function.remarkOnNumbers?(row))
            guard refusal != nil || remark != nil else { continue }
            guard windows.rows.contains(where: { !windows.window($0.points, at: step).isEmpty }) else { continue }
            if let refusal { throw Fault(refusal, at: node.offset) }
            if let remark { notes.add(.warning, remark, at: scalars[0].start) }
        }
        let grid = try over(windows, steps, numbers, keepsName: function.keepsName, node, body)
        if let remark = function.remarkOnName { remarkOnNames(grid, of: windows, remark, argument) }
        return grid
    }

    /// Of series that have a result, and a name that is not gone already.
    private mutating func remarkOnNames(
        _ grid: Grid, of windows: Windows, _ remark: (String) -> String?, _ argument: Node
    ) {
        var names = Set(grid.labels.compactMap(\.name))
        for row in windows.rows where !row.isNameless || dialect.isExperimental {
            guard let name = row.labels.name, names.remove(name) != nil, let remark = remark(name) else { continue }
            notes.add(.info, remark, at: argument.start)
        }
    }

    private func over(
        _ windows: Windows, _ steps: Steps, _ numbers: [[Double]], keepsName: Bool, _ node: Node,
        _ body: RangeFunction
    ) throws(Fault) -> Grid {
        var grid = Grid(width: steps.count, capacity: windows.rows.count)
        for source in windows.rows {
            try checkTime(node)
            var row: Int?
            var cursor = Windows.Cursor()
            for step in 0..<steps.count {
                let end = windows.ends[min(step, windows.ends.count - 1)]
                let points = cursor.window(source.points, end: end, in: windows)
                guard !points.isEmpty else { continue }
                let window = RangeWindow(
                    points: points, end: end, length: windows.length, evaluated: steps[step], edges: windows.edges,
                    version: dialect.version)
                guard let value = body(window, numbers.isEmpty ? [] : numbers[step]) else { continue }
                let place = row ?? grid.appendEmpty(source.labels, isNameless: source.isNameless || !keepsName)
                row = place
                grid[place, step] = value
            }
        }
        return grid
    }
}
