// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// One series of a source: its name, its own labels, and its course.
struct Column {
    let name: String
    var labels: [(String, String)] = []
    let course: Course

    init(_ name: String, _ course: Course, _ labels: (String, String)...) {
        self.name = name
        self.labels = labels
        self.course = course
    }
}

/// Whose series are sampled together: a domain, or the host. Its values are the same in each run.
struct Source {
    let layout: SeriesLayout
    private var walks: [Walk]
    private var chance: Chance
    private var round = 0

    init(_ columns: [Column], fixed: [(String, String)], seed: Int, _ shapes: inout Shapes) {
        layout = SeriesLayout(shapes.template(of: columns), fixed: fixed.map { Label($0.0, $0.1) })
        var chance = Chance(seed)
        walks = columns.map { Walk($0.course, &chance) }
        self.chance = chance
    }

    /// The next round.
    mutating func next(at time: Timestamp) -> SeriesBatch {
        let values = walks.indices.map { walks[$0].next(round, at: time.seconds, &chance) }
        round += 1
        return SeriesBatch(layout: layout, values: values, time: time)
    }
}

/// Families and templates, each made once.
struct Shapes {
    private var families: [String: MetricFamily] = [:]
    private var templates: [[SeriesTemplate.Entry]: SeriesTemplate] = [:]

    mutating func template(of columns: [Column]) -> SeriesTemplate {
        let entries = columns.map { column in
            let family = families[column.name] ?? MetricFamily(column.name, .untyped, "")
            families[column.name] = family
            guard column.labels.count == 1 else {
                return SeriesTemplate.Entry(family: family, more: column.labels.map { Label($0.0, $0.1) })
            }
            return SeriesTemplate.Entry(family: family, label: column.labels[0].0, value: column.labels[0].1)
        }
        let template = templates[entries] ?? SeriesTemplate(entries)
        templates[entries] = template
        return template
    }
}
