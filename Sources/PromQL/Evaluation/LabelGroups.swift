// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Numbers the groups that label sets fall into: by some labels, or by all but some and the name.
///
/// Label sets are told apart by the sums of their labels' hashes; equal sums are compared label by label.
struct LabelGroups {
    let names: [String]
    /// Whether `names` are the ones that count, or the ones that don't.
    let isBy: Bool
    /// Whether names that are gone still tell groups apart, as where they go at the end only.
    let seesNames: Bool
    /// The newest group of each hash, and of each group the one before it that has the same.
    private var byHash: [Int: Int] = [:]
    private var before: [Int?] = []
    /// A label set of each group, and whether its name counts for nothing.
    private(set) var members: [(labels: Labels, isNameless: Bool)] = []

    /// - Parameter dropsName: of groups by all but some labels, whether the name tells none apart.
    init(by names: [String], isBy: Bool, dropsName: Bool = true, seesNames: Bool = false) {
        self.seesNames = seesNames
        self.names = isBy || !dropsName ? names : names + [Labels.metricName]
        self.isBy = isBy
    }

    init(_ grouping: Grouping, seesNames: Bool = false) {
        self.init(by: grouping.labels, isBy: !grouping.isWithout, seesNames: seesNames)
    }

    init(_ matching: VectorMatching, seesNames: Bool = false) {
        self.init(by: matching.labels, isBy: matching.isOn, seesNames: seesNames)
    }

    var count: Int { members.count }

    mutating func reserve(_ count: Int) {
        byHash.reserveCapacity(count)
        before.reserveCapacity(count)
        members.reserveCapacity(count)
    }

    /// The group of `labels`, a new one if need be.
    mutating func group(of labels: Labels, isNameless: Bool) -> Int {
        let hash = hash(labels, isNameless)
        if let group = find(labels, isNameless, hash) { return group }
        members.append((labels, isNameless))
        before.append(byHash.updateValue(members.count - 1, forKey: hash))
        return members.count - 1
    }

    /// The group of `labels`, if there is one.
    func existing(_ labels: Labels, isNameless: Bool) -> Int? {
        find(labels, isNameless, hash(labels, isNameless))
    }

    /// The labels of a group: those that its members share.
    func key(_ group: Int) -> Labels {
        let (labels, isNameless) = members[group]
        return key(of: labels, isNameless)
    }

    func key(of labels: Labels, _ isNameless: Bool) -> Labels {
        labels.filter { counts($0, isNameless) }
    }

    private func counts(_ name: String, _ isNameless: Bool) -> Bool {
        names.contains(name) == isBy && (seesNames || !isNameless || !Labels.isMetadata(name))
    }

    private func hash(_ labels: Labels, _ isNameless: Bool) -> Int {
        if isBy, names.isEmpty { return 0 }
        var hash = 0
        for label in labels.all where counts(label.name, isNameless) { hash &+= label.fingerprint }
        return hash
    }

    private func find(_ labels: Labels, _ isNameless: Bool, _ hash: Int) -> Int? {
        var candidate = byHash[hash]
        while let group = candidate {
            if isSame(labels, isNameless, members[group].labels, members[group].isNameless) { return group }
            candidate = before[group]
        }
        return nil
    }

    private func isSame(_ left: Labels, _ leftIsNameless: Bool, _ right: Labels, _ rightIsNameless: Bool) -> Bool {
        if isBy, names.isEmpty { return true }
        var others = right.all.makeIterator()
        func next() -> Label? {
            while let label = others.next() { if counts(label.name, rightIsNameless) { return label } }
            return nil
        }
        for label in left.all where counts(label.name, leftIsNameless) {
            guard next() == label else { return false }
        }
        return next() == nil
    }
}
