// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Arithmetic and comparisons between two vectors: finds, at each step, the partner of each series.
///
/// One side is the "many" side (the left one, unless `group_right` says otherwise), of whose series several may have
/// the same partner where that is allowed.
struct VectorMatch {
    private let binary: Node.Binary
    private let version: Dialect.Version
    private let limits: Limits
    private let offset: Int
    /// Whether a name that is gone may stay in the grid, to be cut off where that shows.
    private let cutsNamesLate: Bool
    private var groups: LabelGroups
    private var result = Grid(width: 0)
    /// The row of the result for each pair of rows; -1 stands for a filled side.
    private var places: [Pair: Int] = [:]
    private var byLabels: [Labels: Int] = [:]

    private struct Pair: Hashable {
        let many: Int
        let one: Int
    }

    init(_ binary: Node.Binary, _ dialect: Dialect, _ limits: Limits, at offset: Int) {
        self.binary = binary
        version = dialect.version
        cutsNamesLate = !dialect.isExperimental
        self.limits = limits
        self.offset = offset
        groups = LabelGroups(binary.matching, seesNames: dialect.isExperimental)
    }

    private var isSwapped: Bool { binary.matching.cardinality == .oneToMany }
    private var dropsName: Bool { binary.dropsName(version) }

    mutating func apply(_ left: Grid, _ right: Grid) throws(Fault) -> Grid {
        let (many, one) = isSwapped ? (right, left) : (left, right)
        let matching = binary.matching
        let fillOne = isSwapped ? matching.fillLeft : matching.fillRight
        let fillMany = isSwapped ? matching.fillRight : matching.fillLeft
        result = Grid(width: left.width, capacity: many.count)
        if fillOne == nil, fillMany == nil, many.count == 0 || one.count == 0 { return result }
        // A name tells groups apart that is gone from the result.
        let losesName = dropsName && matching.isOn && matching.labels.contains(Labels.metricName)
        if left.width == 1, matching.cardinality == .oneToOne, fillOne == nil, fillMany == nil, !losesName {
            try matchInstant(left, right)
            return result
        }
        let oneGroups = one.labels.indices.map { groups.group(of: one.labels[$0], isNameless: one.isNameless[$0]) }
        let manyGroups = many.labels.indices.map { row in
            fillMany == nil && fillOne == nil
                ? groups.existing(many.labels[row], isNameless: many.isNameless[row])
                : groups.group(of: many.labels[row], isNameless: many.isNameless[row])
        }
        var members: [[Int]] = Array(repeating: [], count: groups.count)
        for (row, group) in oneGroups.enumerated() { members[group].append(row) }
        var taken = Array(repeating: false, count: groups.count)
        for step in 0..<left.width {
            try limits.checkTime(at: offset)
            guard try checkOneSide(one, members, many, fills: fillOne != nil || fillMany != nil, step) else { continue }
            for group in taken.indices { taken[group] = false }
            for row in many.labels.indices where many.isPresent(row, step) {
                guard let group = manyGroups[row] else { continue }
                let partner = members[group].first { one.isPresent($0, step) }
                guard let value = partner.map({ one[$0, step] }) ?? fillOne else { continue }
                let outcome = outcome(many[row, step], value)
                // Prometheus 2 looks for a second partner only among those that pass the filter.
                if matching.cardinality != .oneToOne {
                    taken[group] = true
                } else if version == .three || outcome != nil {
                    guard !taken[group] else { throw secondPartner(group) }
                    taken[group] = true
                }
                guard let outcome else { continue }
                let place = try place(many, row, one, partner ?? -1)
                try put(outcome, place, step)
            }
            guard let fillMany else { continue }
            for (row, group) in oneGroups.enumerated() where one.isPresent(row, step) && !taken[group] {
                guard let outcome = outcome(fillMany, one[row, step]) else { continue }
                try put(outcome, try filledPlace(one, row), step)
            }
        }
        return result
    }

    /// One instant, one to one: results of two groups differ in what tells the groups apart, so none is looked up.
    private mutating func matchInstant(_ left: Grid, _ right: Grid) throws(Fault) {
        guard left.values.contains(where: Grid.isPresent) else { return }
        groups.reserve(right.count)
        var partners: [Int] = []
        partners.reserveCapacity(right.count)
        for row in right.labels.indices where right.isPresent(row, 0) {
            let group = groups.group(of: right.labels[row], isNameless: right.isNameless[row])
            guard group == partners.count else { throw manyPartners(group) }
            partners.append(row)
        }
        var taken = Array(repeating: false, count: partners.count)
        for row in left.labels.indices where left.isPresent(row, 0) {
            guard let group = groups.existing(left.labels[row], isNameless: left.isNameless[row]) else { continue }
            let outcome = outcome(left.values[row], right.values[partners[group]])
            if version == .three || outcome != nil {
                guard !taken[group] else { throw secondPartner(group) }
                taken[group] = true
            }
            if let outcome { append(outcome, left, row) }
        }
    }

    private mutating func append(_ value: Double, _ left: Grid, _ row: Int) {
        let matching = binary.matching
        if cutsNamesLate, !matching.isOn, matching.labels.isEmpty {
            let isNameless = dropsName || left.isNameless[row]
            result.append(left.labels[row], isNameless: isNameless, CollectionOfOne(value))
        } else {
            var labels = dropsName ? left.labels[row].withoutMetadata : left.visible(row)
            labels = matching.isOn ? labels.keeping(matching.labels) : labels.removing(matching.labels)
            result.append(labels, CollectionOfOne(value))
        }
    }

    private func manyPartners(_ group: Int) -> Fault {
        Fault(
            "many-to-many matching: on the \(isSwapped ? "left" : "right") several series have the labels "
                + "\(groups.key(group)); matching labels must be unique on one side", at: offset)
    }

    private func secondPartner(_ group: Int) -> Fault {
        Fault(
            "several series on the left match one on the right at \(groups.key(group)): "
                + "say group_left or group_right if that is meant", at: offset)
    }

    /// Whether there is anything to match at this step; an error where two of the "one" side have the same labels.
    private func checkOneSide(
        _ one: Grid, _ members: [[Int]], _ many: Grid, fills: Bool, _ step: Int
    ) throws(Fault) -> Bool {
        let hasMany = many.labels.indices.contains { many.isPresent($0, step) }
        let hasOne = one.labels.indices.contains { one.isPresent($0, step) }
        guard fills && (hasMany || hasOne) || hasMany && hasOne else { return false }
        for (group, rows) in members.enumerated() where rows.count > 1 {
            guard rows.count(where: { one.isPresent($0, step) }) > 1 else { continue }
            throw manyPartners(group)
        }
        return true
    }

    /// The value of the operation, of whichever side is which; nil where a comparison filters it out.
    private func outcome(_ many: Double, _ one: Double) -> Double? {
        let (left, right) = isSwapped ? (one, many) : (many, one)
        let value = binary.operation.apply(left, right)
        guard binary.operation.isComparison, !binary.returnsBool else { return value }
        return value == 1 ? left : nil
    }

    private mutating func put(_ value: Double, _ place: Int, _ step: Int) throws(Fault) {
        guard !result.isPresent(place, step) else {
            throw Fault(
                "several pairs give the labels \(result.visible(place)): "
                    + "the labels of the side with many must be unique", at: offset)
        }
        result[place, step] = value
    }

    // MARK: Labels of the result

    private mutating func place(_ many: Grid, _ row: Int, _ one: Grid, _ partner: Int) throws(Fault) -> Int {
        let pair = Pair(many: row, one: partner)
        if let place = places[pair] { return place }
        let matching = binary.matching
        var labels = many.visible(row)
        if dropsName { labels = labels.withoutMetadata }
        if matching.cardinality == .oneToOne {
            labels = matching.isOn ? labels.keeping(matching.labels) : labels.removing(matching.labels)
        } else {
            let source = partner < 0 ? Labels.none : one.visible(partner)
            for name in matching.include { labels = labels.setting(name, to: source[name] ?? "") }
            // A name may come from the other side, but not to what bool gives.
            if binary.returnsBool { labels = labels.withoutMetadata }
        }
        let place = try placed(labels)
        places[pair] = place
        return place
    }

    /// For a series of the "one" side that has no partner.
    private mutating func filledPlace(_ one: Grid, _ row: Int) throws(Fault) -> Int {
        let pair = Pair(many: -1, one: row)
        if let place = places[pair] { return place }
        let matching = binary.matching
        var labels = one.visible(row)
        if dropsName || matching.cardinality != .oneToOne { labels = labels.withoutMetadata }
        let included = matching.cardinality == .oneToOne ? [] : matching.include
        labels =
            matching.isOn
            ? labels.keeping(matching.labels + included)
            : labels.filter { !matching.labels.contains($0) || included.contains($0) }
        let place = try placed(labels)
        places[pair] = place
        return place
    }

    private mutating func placed(_ labels: Labels) throws(Fault) -> Int {
        if let place = byLabels[labels] { return place }
        try limits.checkSize(rows: result.count + 1, width: result.width, at: offset)
        let place = result.appendEmpty(labels)
        byLabels[labels] = place
        return place
    }
}
