// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// A thousand domains and their host, whose rounds are the same in each run but for the time.
struct DataSet {
    static let domains = 1000
    /// An hour of rounds.
    static let rounds = 360
    static let interval = Duration.seconds(10)

    private(set) var sources: [Source] = []

    init() {
        var shapes = Shapes()
        for number in 0..<Self.domains {
            add(DomainColumns(number: number).all, ("domain", "web-\(number)"), &shapes)
        }
        add(HostColumns.host, nil, &shapes)
        add(HostColumns.agent, nil, &shapes)
        for number in 0..<3 { add(HostColumns.pool(number), ("storage_pool", "pool-\(number)"), &shapes) }
        for number in 0..<2 { add(HostColumns.network(number), ("network", "net-\(number)"), &shapes) }
    }

    private mutating func add(_ columns: [Column], _ fixed: (String, String)?, _ shapes: inout Shapes) {
        sources.append(Source(columns, fixed: fixed.map { [$0] } ?? [], seed: sources.count + 1, &shapes))
    }

    var seriesCount: Int { sources.reduce(0) { $0 + $1.layout.count } }

    /// The next round of all sources.
    mutating func round(at time: Timestamp) -> [SeriesBatch] {
        sources.indices.map { sources[$0].next(at: time) }
    }

    /// The series of some of the sources, with their next rounds at `times`.
    mutating func series(of some: Range<Int>, at times: [Timestamp]) -> [SeriesPoints] {
        some.flatMap { index in
            let batches = times.map { sources[index].next(at: $0) }
            return batches[0].layout.series.enumerated().map { column, one in
                SeriesPoints(
                    labels: one.labels,
                    points: batches.map { Point(time: $0.time, value: $0.values[column]) })
            }
        }
    }
}
