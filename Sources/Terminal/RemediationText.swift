// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// How repair stands, for somebody who was woken by it: what, why, what holds it, what to do. 80 columns.
public enum RemediationText {
    /// `now` tells how long ago something was.
    public static func lines(_ explanation: RemediationExplanation, now: Timestamp) -> [String] {
        let standing = explanation.standing
        let since = standing.quarantinedSince.map { " since \(time($0, now))" } ?? ""
        var lines = ["\(standing.name.asOneLine) on \(standing.host.asOneLine): \(standing.phase.uppercased())\(since)"]
        func add(_ label: String, _ text: String) { lines += Paragraph(label, text).lines }
        if let last = standing.last { add("last", "\(last.outcome): \(last.reason)") }
        if let cause = standing.cause ?? standing.last?.cause { add("cause", cause) }
        if let last = standing.last { add("evidence", last.evidence) }
        let lowered = explanation.lowered.map { "; lowered: \($0)" } ?? ""
        add("mode", explanation.mode + lowered)
        for problem in explanation.problems { add("metadata", problem) }
        if explanation.policies.isEmpty { add("policy", "none is for this domain") }
        for policy in explanation.policies { add("policy", text(policy)) }
        add("attempts", attempts(standing, now))
        for text in explanation.host.map({ hostTexts($0, now) }) ?? [] { add("host", text) }
        for hold in standing.holds { add("held by", text(hold, now)) }
        if let obstacle = explanation.obstacle, standing.holds.isEmpty { add("held by", obstacle) }
        if let next = standing.next { add("next", "goes on \(time(next, now))") }
        for text in advice(standing) { add("to do", text) }
        return lines + decisions(explanation.decisions) + steps(explanation.steps)
    }

    /// How it stands with all.
    public static func lines(_ report: RemediationReport, now: Timestamp) -> [String] {
        var lines = Paragraph("mode", report.mode).lines
        if let obstacle = report.obstacle { lines += Paragraph("held by", obstacle).lines }
        for pause in report.pauses {
            let name = pause.name.map { "\($0) on \(pause.host ?? "")" } ?? "all repairs"
            let comment = pause.comment.isEmpty ? "" : ": \(pause.comment)"
            lines += Paragraph("paused", "\(name) since \(time(pause.since, now)) by \(pause.author)\(comment)").lines
        }
        for host in report.hosts { for text in hostTexts(host, now) { lines += Paragraph("host", text).lines } }
        guard !report.domains.isEmpty else { return lines + ["nothing has happened to any domain"] }
        return lines + table(report)
    }

    private static func table(_ report: RemediationReport) -> [String] {
        let namesHosts = Set(report.domains.map(\.host)).count > 1
        let rows = report.domains.map { one in
            let name = namesHosts ? "\(one.host)/\(one.name)" : one.name
            let tries = one.limit.map { "\(one.attempts)/\($0)" } ?? "\(one.attempts)"
            let why =
                one.holds.first.map { "\($0.kind): \($0.reason)" } ?? one.last.map { "\($0.outcome): \($0.reason)" }
            return [cut(name.asOneLine, 20), one.phase, one.cause ?? one.last?.cause ?? "", tries, why ?? ""]
        }
        let heads = ["NAME", "STATE", "CAUSE", "TRIES", "WHY"]
        let used = heads.indices.dropLast().map { column in
            (rows.map { $0[column].count }.max() ?? 0, heads[column].count)
        }.reduce(0) { $0 + max($1.0, $1.1) + 2 }
        let left = max(12, Paragraph.width - used)
        var table = TextTable(heads, widest: Paragraph.width)
        for row in rows { table.add(row.dropLast() + [cut(row[4].asOneLine, left)]) }
        return table.lines
    }

    private static func cut(_ text: String, _ width: Int) -> String {
        text.count <= width ? text : text.prefix(width - 1) + "…"
    }

    private static func text(_ policy: RemediationExplanation.Policy) -> String {
        let cooldown = policy.cooldown.map { "; once more \($0) after it gave up" } ?? ""
        return "\(policy.name): after \(policy.causes.joined(separator: ", ")): "
            + policy.ladder.joined(separator: ", ") + cooldown
    }

    private static func attempts(_ standing: RemediationStanding, _ now: Timestamp) -> String {
        let window = standing.window.map { " within \($0)" } ?? ""
        let freed = standing.freed.map { "; the oldest counts until \(time($0, now))" } ?? ""
        guard let limit = standing.limit else { return "\(standing.attempts) used\(freed)" }
        return "\(standing.attempts) of \(limit) used\(window), \(max(0, limit - standing.attempts)) left\(freed)"
    }

    private static func hostTexts(_ host: RemediationHost, _ now: Timestamp) -> [String] {
        func left(_ share: RemediationHost.Share) -> String { "\(max(0, share.limit - share.used)) of \(share.limit)" }
        let waiting = host.waiting > 0 ? "; \(host.waiting) wait for a turn" : ""
        let limits =
            "\(host.host): \(left(host.concurrent)) repairs at a time left, \(left(host.stepsPerMinute)) steps of this "
            + "minute, \(left(host.repairsPerHour)) repairs of this hour\(waiting)"
        let storm = host.stormUntil.map { ["\(host.host): STORM, nothing is repaired until \(time($0, now))"] } ?? []
        return [limits] + storm
            + host.suspects.map { suspect in
                "\(host.host): domains with \(suspect.reason) wait until "
                    + (suspect.until.map { time($0, now) } ?? "?")
            }
    }

    private static func text(_ hold: RemediationHold, _ now: Timestamp) -> String {
        "\(hold.kind): \(hold.reason)" + (hold.until.map { "; until \(time($0, now))" } ?? "")
    }

    /// What somebody can do about it.
    private static func advice(_ standing: RemediationStanding) -> [String] {
        let name = standing.name.asOneLine
        var advice: [String] = []
        if standing.phase == "quarantined" {
            advice.append("find the cause, and start the domain by hand: that ends the quarantine")
            advice.append("or: virtwarden remediation release \(name)")
        }
        if let pause = standing.holds.first(where: { $0.kind == "pause" }) {
            let target = pause.reason.hasPrefix("all") ? "" : " \(name)"
            advice.append("virtwarden remediation resume\(target)")
        }
        if standing.holds.contains(where: { $0.kind == "maintenance" }) {
            advice.append("virtwarden maintenance list shows its id, expire ends it")
        }
        return advice
    }

    private static func decisions(_ decisions: [RemediationDecision]) -> [String] {
        guard !decisions.isEmpty else { return [] }
        return ["", "decisions, the newest first"]
            + decisions.flatMap { one in
                let action = one.action.map { " \($0)" } ?? ""
                let skip = one.skip.map { " [\($0)]" } ?? ""
                let rule = one.policy.map { "; policy \($0)" } ?? ""
                return Paragraph(short(one.time), "\(one.outcome)\(action)\(skip): \(one.reason)", indent: 24).lines
                    + Paragraph(
                        "", "\(one.cause) (\(one.confidence)): \(one.evidence)\(rule)", indent: 24
                    ).lines
            }
    }

    private static func steps(_ steps: [RemediationStep]) -> [String] {
        guard !steps.isEmpty else { return [] }
        return ["", "steps of the journal, the newest first"]
            + steps.flatMap { one in
                let text =
                    "\(one.action), attempt \(one.attempt) by \(one.policy), after \(one.cause): "
                    + (one.result ?? "under way")
                return Paragraph(short(one.began), text, indent: 24).lines
            }
    }

    /// `2026-11-25 03:12:04Z`.
    private static func short(_ time: String) -> String {
        let parts = time.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return time }
        return "\(parts[0]) \(parts[1].prefix { $0 != "." && $0 != "Z" })Z"
    }

    /// The same, and how far that is from now.
    private static func time(_ text: String, _ now: Timestamp) -> String {
        guard let time = Timestamp(rfc3339: text) else { return text }
        let seconds = (time - now).components.seconds
        let distance = DurationText.format(.seconds(abs(seconds)))
        return short(text) + (seconds > 0 ? ", in \(distance)" : ", \(distance) ago")
    }
}
