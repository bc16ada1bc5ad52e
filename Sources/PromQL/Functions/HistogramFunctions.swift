// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Functions of classic histograms: series that are one bucket each, with its upper bound in the label `le`.
///
/// Those of native histograms find none here, and give no series.
enum HistogramFunctions {
    static let all =
        [
            Function(
                name: "histogram_fraction", arguments: [.scalar, .scalar, .vector],
                body: .vector { (site, arguments) throws(Fault) in
                    let (lows, highs) = (arguments[0].scalars(site.width), arguments[1].scalars(site.width))
                    return .vector(
                        try folded(&site, arguments, 2, mustRise: false) { buckets, step in
                            buckets.fraction(lows[step], highs[step])
                        })
                }),
            Function(
                name: "histogram_quantile", arguments: [.scalar, .vector],
                body: .vector { (site, arguments) throws(Fault) in
                    let shares = arguments[0].scalars(site.width)
                    remark(&site, shares, site.call.arguments[0])
                    return .vector(try folded(&site, arguments, 1) { buckets, step in buckets.quantile(shares[step]) })
                }),
            Function(
                name: "histogram_quantiles", arguments: [.vector, .string, .scalar], isVariadic: true,
                availability: .experimental, body: .vector(quantiles)),
        ]
        + ["avg", "count", "stddev", "stdvar", "sum"].map { name in
            Function(
                name: "histogram_\(name)", arguments: [.vector],
                body: .vector { (site, _) throws(Fault) in .vector(Grid(width: site.width)) })
        }

    private static let mostQuantiles = 10

    /// As OpenMetrics writes numbers in labels: whole ones with `.0`.
    private static func quantileText(_ share: Double) -> String {
        let text = NumberText.format(share)
        return share.isFinite && !text.contains { $0 == "." || $0 == "e" } ? text + ".0" : text
    }

    /// One series a quantile, which a label tells.
    private static let quantiles: @Sendable (inout CallSite, [PartValue]) throws(Fault) -> PartValue = {
        (site, arguments) throws(Fault) in
        let label = site.text(1, of: arguments)
        guard !label.isEmpty else {
            throw Fault("histogram_quantiles needs the name of a label", at: site.call.arguments[1].offset)
        }
        guard arguments.count - 2 <= mostQuantiles else {
            throw Fault("histogram_quantiles takes \(mostQuantiles) quantiles at most", at: site.offset)
        }
        var result = Grid(width: site.width)
        var places: [Labels: Int] = [:]
        for index in arguments.indices.dropFirst(2) {
            let shares = arguments[index].scalars(site.width)
            remark(&site, shares, site.call.arguments[index])
            let one = try folded(&site, arguments, 0) { buckets, step in buckets.quantile(shares[step]) }
            for row in one.labels.indices {
                for step in 0..<site.width where one.isPresent(row, step) {
                    let labels = one.visible(row).setting(label, to: quantileText(shares[step]))
                    if places[labels] == nil {
                        try site.limits.checkSize(rows: result.count + 1, width: site.width, at: site.offset)
                    }
                    let place = places[labels] ?? result.appendEmpty(labels, isNameless: true)
                    places[labels] = place
                    result[place, step] = one[row, step]
                }
            }
        }
        return .vector(result)
    }

    private static func remark(_ site: inout CallSite, _ shares: [Double], _ argument: Node) {
        for share in shares where !(0...1 ~= share) {
            site.notes.add(.warning, Function.remarkOnQuantile(share), at: argument.start)
        }
    }

    private struct Member {
        let row: Int
        let bound: Double
    }

    private static let forcedToRise =
        "input to histogram_quantile needed to be fixed for monotonicity (see "
        + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)"

    /// The metric's name, where it is not gone; names that go late are still there.
    private static func name(_ grid: Grid, _ row: Int, _ site: CallSite) -> String? {
        site.dialect.isExperimental || !grid.isNameless[row] ? grid.labels[row].name : nil
    }

    /// One row a histogram: its labels without the bound's and the name.
    private static func folded(
        _ site: inout CallSite, _ arguments: [PartValue], _ place: Int, mustRise: Bool = true,
        _ fold: (Buckets, Int) -> Double
    ) throws(Fault) -> Grid {
        let grid = arguments[place].grid(site.width)
        let offset = site.call.arguments[place].start
        var groups = LabelGroups(
            by: ["le"], isBy: false, dropsName: false, seesNames: site.dialect.isExperimental)
        var members: [[Member]] = []
        for row in grid.labels.indices {
            let text = grid.labels[row]["le"] ?? ""
            guard let bound = BucketBound.parse(text) else {
                let name = name(grid, row, site) ?? ""
                site.notes.add(
                    .warning,
                    "bucket label \"le\" is missing or has a malformed value of \"\(text)\""
                        + (name.isEmpty ? "" : " for metric name \"\(name)\""),
                    at: offset)
                continue
            }
            let group = groups.group(of: grid.labels[row], isNameless: grid.isNameless[row])
            if group == members.count { members.append([]) }
            members[group].append(Member(row: row, bound: bound))
        }
        var result = Grid(width: site.width, capacity: members.count)
        for (group, rows) in members.enumerated() {
            try site.checkTime()
            let place = result.appendEmpty(groups.key(group), isNameless: true)
            for step in 0..<site.width {
                let present = rows.filter { grid.isPresent($0.row, step) }
                guard !present.isEmpty else { continue }
                let buckets = Buckets(present.map { ($0.bound, grid[$0.row, step]) }, mustRise: mustRise)
                if buckets.wasForced {
                    // As in Prometheus, the name is told only where names go late.
                    let name = site.dialect.isExperimental ? grid.labels[rows[0].row].name ?? "" : ""
                    site.notes.add(
                        .info, forcedToRise + (name.isEmpty ? "" : " for metric name \"\(name)\""), at: offset)
                }
                result[place, step] = fold(buckets, step)
            }
        }
        return result.compacted
    }
}

/// The upper bound that a label `le` says, as Go reads numbers.
enum BucketBound {
    static func parse(_ text: String) -> Double? {
        let bare = text.hasPrefix("+") || text.hasPrefix("-") ? String(text.dropFirst()) : text
        let sign = text.hasPrefix("-") ? -1.0 : 1.0
        switch bare.lowercased() {
        case "inf", "infinity": return sign * .infinity
        case "nan": return .nan
        default: break
        }
        guard let first = bare.utf8.first, first.isDigit || first == UInt8(ascii: "."),
            let digits = NumberLiteral.withoutSeparators(bare)
        else { return nil }
        let lowered = digits.lowercased()
        guard !lowered.hasPrefix("0x") || lowered.contains("p") else { return nil }
        let padded = first == UInt8(ascii: ".") ? "0" + digits : digits.hasSuffix(".") ? digits + "0" : digits
        return Double(padded).map { sign * $0 }
    }
}
