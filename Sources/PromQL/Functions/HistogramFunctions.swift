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
                        folded(&site, arguments[2]) { buckets, step in buckets.fraction(lows[step], highs[step]) })
                }),
            Function(
                name: "histogram_quantile", arguments: [.scalar, .vector],
                body: .vector { (site, arguments) throws(Fault) in
                    let shares = arguments[0].scalars(site.width)
                    remark(&site, shares, site.call.arguments[0], arguments[1])
                    return .vector(folded(&site, arguments[1]) { buckets, step in buckets.quantile(shares[step]) })
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

    /// One series a quantile, which a label tells.
    private static let quantiles: @Sendable (inout CallSite, [PartValue]) throws(Fault) -> PartValue = {
        (site, arguments) throws(Fault) in
        let label = site.text(1, of: arguments)
        guard !label.isEmpty else {
            throw Fault("histogram_quantiles needs the name of a label", at: site.call.arguments[1].offset)
        }
        var result = Grid(width: site.width)
        for index in arguments.indices.dropFirst(2) {
            let shares = arguments[index].scalars(site.width)
            remark(&site, shares, site.call.arguments[index], arguments[0])
            let one = folded(&site, arguments[0]) { buckets, step in buckets.quantile(shares[step]) }
            for row in one.labels.indices {
                for step in 0..<site.width where one.isPresent(row, step) {
                    let labels = one.visible(row).setting(label, to: NumberText.plain(shares[step]))
                    var place = result.labels.firstIndex(of: labels)
                    if place == nil { place = result.appendEmpty(labels, isNameless: true) }
                    if let place { result[place, step] = one[row, step] }
                }
            }
        }
        return .vector(result)
    }

    private static func remark(_ site: inout CallSite, _ shares: [Double], _ argument: Node, _ vector: PartValue) {
        guard vector.grid(site.width).count > 0 else { return }
        for share in shares where !(0...1 ~= share) {
            site.notes.add(.warning, Function.remarkOnQuantile(share), at: argument.offset)
        }
    }

    private struct Member {
        let row: Int
        let bound: Double
    }

    /// One row a histogram: its labels without the bound's and the name.
    private static func folded(
        _ site: inout CallSite, _ vector: PartValue, _ fold: (Buckets, Int) -> Double
    ) -> Grid {
        let grid = vector.grid(site.width)
        var groups = LabelGroups(by: ["le"], isBy: false, dropsName: false)
        var members: [[Member]] = []
        for row in grid.labels.indices {
            let text = grid.labels[row]["le"] ?? ""
            guard let bound = BucketBound.parse(text) else {
                let name = grid.labels[row].name ?? ""
                site.notes.add(
                    .warning,
                    "bucket label \"le\" is missing or has a malformed value of \"\(text)\""
                        + (name.isEmpty ? "" : " for metric name \"\(name)\""),
                    at: site.call.arguments[site.call.arguments.count - 1].offset)
                continue
            }
            let group = groups.group(of: grid.labels[row], isNameless: grid.isNameless[row])
            if group == members.count { members.append([]) }
            members[group].append(Member(row: row, bound: bound))
        }
        var result = Grid(width: site.width, capacity: members.count)
        for (group, rows) in members.enumerated() {
            let place = result.appendEmpty(groups.key(group), isNameless: true)
            for step in 0..<site.width {
                let present = rows.filter { grid.isPresent($0.row, step) }
                guard !present.isEmpty else { continue }
                let buckets = Buckets(present.map { ($0.bound, grid[$0.row, step]) })
                if buckets.wasForced {
                    let name = grid.labels[rows[0].row].name ?? ""
                    site.notes.add(
                        .info,
                        "input to histogram_quantile needed to be fixed for monotonicity"
                            + (name.isEmpty ? "" : " for metric name \"\(name)\""),
                        at: site.call.arguments[site.call.arguments.count - 1].offset)
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
