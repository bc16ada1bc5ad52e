// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Makes the batches of a source that is no domain: the host, the agent itself.
public struct OwnSeries: Sendable {
    private var shape: SeriesShape

    /// `host` is the label `host`, nil when there is one connection only.
    public init(host: String?) {
        shape = SeriesShape(fixed: [("host", host)])
    }

    /// One series for each row: family, labels, value. The layout stays while families and labels do.
    public mutating func batch(
        _ rows: [(MetricFamily, [(String, String)], Double)], at time: Timestamp
    ) -> SeriesBatch {
        var writer = SampleWriter(shape)
        for (family, labels, value) in rows { writer.add(family, labels: labels, value) }
        return writer.finish(&shape, at: time)
    }
}
