// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Which series a store keeps, and how far back.
public struct StoreDemand: Hashable, Sendable {
    /// How far back series of these names are read.
    public var reach: [String: Duration]
    /// How far back series of any name are read, for selectors that name none; zero when there are none.
    public var anyName: Duration
    /// How far back all series are kept, whoever may ask; zero keeps only what is read.
    public var history: Duration

    public init(reach: [String: Duration] = [:], anyName: Duration = .zero, history: Duration = .zero) {
        self.reach = reach
        self.anyName = anyName
        self.history = history
    }

    /// A selector reads series called `name` (any, when nil) as far back as `reach`.
    public mutating func add(_ name: String?, reach more: Duration) {
        if let name {
            reach[name] = max(reach[name] ?? .zero, more)
        } else {
            anyName = max(anyName, more)
        }
    }

    /// How long series called `name` are kept; nil when they are not.
    public func keep(of name: String) -> Duration? {
        let keep = max(reach[name] ?? .zero, anyName, history)
        return keep > .zero ? keep : nil
    }

    /// How long those are kept that are kept longest.
    public var longest: Duration { max(reach.values.max() ?? .zero, anyName, history) }
}

/// What a store holds.
public struct StoreFigures: Hashable, Sendable {
    public var series = 0
    public var samples = 0
    /// Memory that the samples take, with their times; labels and the index of series are not counted.
    public var bytes = 0
    /// Points refused because their series had a newer one.
    public var rejected = 0
    /// Selections whose series are remembered.
    public var selections = 0
}
