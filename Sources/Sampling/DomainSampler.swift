// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Makes one domain's batches, round after round, and keeps their layout while the shape stays.
///
/// Collectors that run at different times need a sampler each, or the layout changes every time.
public struct DomainSampler: Sendable {
    private var shape: SeriesShape

    /// `domain` is the name, of any length; `host` is the label `host`, nil when there is one connection only; `uuid` is
    /// the label `uuid`, nil unless every series is to have it.
    public init(domain: String, host: String?, uuid: String? = nil) {
        shape = SeriesShape(fixed: [("domain", domain), ("host", host), ("uuid", uuid)])
    }

    /// The layout of the last batch.
    public var layout: SeriesLayout? { shape.layout }

    /// What `collectors` find in `reading`, in their order.
    public mutating func batch(
        _ reading: DomainReading, collectors: [any Collector], at time: Timestamp
    ) -> SeriesBatch {
        var writer = SampleWriter(shape)
        for collector in collectors { collector.collect(reading, into: &writer) }
        return writer.finish(&shape, at: time)
    }
}
