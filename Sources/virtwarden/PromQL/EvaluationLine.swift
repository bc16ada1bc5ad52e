// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import PromQL
import PrometheusAPI
import Vocabulary

/// One line of `promql eval`'s input, and the line that answers it.
enum EvaluationLine {
    private static let patience = Duration.seconds(120)
    private static let mostSteps: Int64 = 100_000
    /// From 1970, so that no arithmetic on time can overflow.
    private static let furthest: UInt64 = 1 << 53

    static func answer(to line: [UInt8], as dialect: Dialect) -> String {
        let decoder = JSONDecoder()
        let data = Data(line)
        do {
            let request = try decoder.decode(EvaluationRequest.self, from: data)
            return answer(to: request, as: dialect)
        } catch {
            // Silence is right: an id that cannot be read is answered by null.
            let identity = try? decoder.decode(EvaluationIdentity.self, from: data)
            return refusal("cannot read the line: \(reason(error).asOneLine)", id: identity?.id)
        }
    }

    static func refusal(_ sentence: String, id: JSONValue? = nil) -> String {
        text(PrometheusJSON.failure(.badData, sentence), id: id)
    }

    private static func answer(to request: EvaluationRequest, as dialect: Dialect) -> String {
        do throws(QueryError) {
            let series = try LoadedSeries(request.load ?? [])
            let answer = try evaluate(request.eval, over: series, as: dialect)
            let time = Timestamp(milliseconds: request.eval.time?.count ?? 0)
            // The API leaves out what is empty; here a reader may count on both.
            let rest =
                (answer.warnings.isEmpty ? ",\"warnings\":[]" : "") + (answer.infos.isEmpty ? ",\"infos\":[]" : "")
            return text(PrometheusJSON.answer(answer, at: time).dropLast() + Array("\(rest)}".utf8), id: request.id)
        } catch {
            return refusal(error.description, id: request.id)
        }
    }

    /// The API's answer with the line's id before its first member.
    private static func text(_ answer: [UInt8], id: JSONValue?) -> String {
        "{\"id\":\(JSONLine.text(id ?? .null))," + String(decoding: answer.dropFirst(), as: UTF8.self)
    }

    private static func evaluate(
        _ eval: EvaluationRequest.Evaluation, over series: LoadedSeries, as dialect: Dialect
    ) throws(QueryError) -> QueryAnswer {
        let query = try Query(parsing: eval.expr, as: dialect)
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        let limits = Limits { clock.now > deadline }
        switch eval.kind {
        case .instant:
            guard let time = eval.time?.count else { throw QueryError("an instant evaluation needs time") }
            return try query.evaluate(at: Timestamp(milliseconds: time), over: series, limits: limits)
        case .range:
            let (start, end, step) = try range(eval)
            return try query.evaluate(
                from: Timestamp(milliseconds: start), through: Timestamp(milliseconds: end),
                step: .milliseconds(step), over: series, limits: limits)
        }
    }

    private static func range(
        _ eval: EvaluationRequest.Evaluation
    ) throws(QueryError) -> (start: Int64, end: Int64, step: Int64) {
        guard let start = eval.start?.count, let end = eval.end?.count, let step = eval.step?.count else {
            throw QueryError("a range evaluation needs start, end and step")
        }
        guard step > 0 else { throw QueryError("a step of \(step) ms is not positive") }
        let (length, overflow) = end.subtractingReportingOverflow(start)
        guard length >= 0, !overflow else { throw QueryError("the end \(end) is before the start \(start)") }
        guard max(start.magnitude, end.magnitude, step.magnitude) <= furthest else {
            throw QueryError("cannot evaluate from \(start) to \(end) ms: too far from 1970")
        }
        guard length / step < mostSteps else { throw QueryError("more than \(mostSteps) steps") }
        return (start, end, step)
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .dataCorrupted(let context): return sentence(context)
        case .keyNotFound(let key, let context): return sentence(context, "\"\(key.stringValue)\" is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context): return sentence(context)
        @unknown default: return "\(error)"
        }
    }

    private static func sentence(_ context: DecodingError.Context, _ text: String? = nil) -> String {
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return (path.isEmpty ? "" : path + ": ") + (text ?? context.debugDescription)
    }
}
