// SPDX-License-Identifier: Apache-2.0
public import PromQL
public import Vocabulary

/// The answers of Prometheus's HTTP API, as JSON in UTF-8. Pages and commands print the same bytes.
///
/// The shapes are those of the documentation of version 1 of the API; texts of numbers were compared with Prometheus.
public enum PrometheusJSON {
    /// A whole answer: `{"status":"success","data":{"resultType":…,"result":…}}`, with `warnings` and `infos` when there
    /// are any. `time` is that of a string or scalar.
    public static func answer(_ answer: QueryAnswer, at time: Timestamp) -> [UInt8] {
        self.answer(answer.value, warnings: answer.warnings, infos: answer.infos, at: time)
    }

    public static func answer(
        _ value: QueryValue, warnings: [String] = [], infos: [String] = [], at time: Timestamp
    ) -> [UInt8] {
        success(warnings: warnings, infos: infos) { $0.queryValue(value, at: time) }
    }

    /// A refusal: `{"status":"error","errorType":…,"error":…}`.
    public static func failure(_ kind: FailureKind, _ sentence: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { answer in
            answer.string("status", "error")
            answer.string("errorType", kind.rawValue)
            answer.string("error", sentence)
        }
        return writer.bytes
    }

    /// Why there is no answer, in the API's words.
    public enum FailureKind: String, Sendable {
        case badData = "bad_data"
        case execution
        case timeout
        case unavailable
    }

    /// The label sets of `/api/v1/series`.
    public static func series(_ series: [Labels], warnings: [String] = []) -> [UInt8] {
        success(warnings: warnings) { $0.array(series) { $0.labels($1) } }
    }

    /// The names of `/api/v1/labels`, or the values of `/api/v1/label/NAME/values`.
    public static func names(_ names: [String], warnings: [String] = []) -> [UInt8] {
        success(warnings: warnings) { $0.array(names) { $0.string($1) } }
    }

    /// One flat object, as `/api/v1/status/buildinfo` has it.
    public static func words(_ words: [(String, String)]) -> [UInt8] {
        success { writer in
            writer.object { for (name, text) in words { $0.string(name, text) } }
        }
    }

    static func success(
        warnings: [String] = [], infos: [String] = [], _ data: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { answer in
            answer.string("status", "success")
            answer.member("data", data)
            for (name, sentences) in [("warnings", warnings), ("infos", infos)] where !sentences.isEmpty {
                answer.member(name) { $0.array(sentences) { $0.string($1) } }
            }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    mutating func labels(_ labels: Labels) {
        object { for label in labels.all { $0.string(label.name, label.value) } }
    }

    fileprivate mutating func queryValue(_ value: QueryValue, at time: Timestamp) {
        object { data in
            switch value {
            case .scalar(let number):
                data.string("resultType", "scalar")
                // Unlike a sample's, its value has no exponent.
                data.member("result") { $0.point(time, NumberText.plain(number)) }
            case .string(let text):
                data.string("resultType", "string")
                data.member("result") { $0.point(time, text) }
            case .vector(let samples):
                data.string("resultType", "vector")
                data.member("result") { $0.array(samples) { $0.sample($1) } }
            case .matrix(let series):
                data.string("resultType", "matrix")
                data.member("result") { $0.array(series) { $0.points($1) } }
            }
        }
    }

    private mutating func sample(_ sample: VectorSample) {
        object { members in
            members.member("metric") { $0.labels(sample.labels) }
            members.member("value") { $0.point(sample.time, APINumber.value(sample.value)) }
        }
    }

    private mutating func points(_ series: SeriesPoints) {
        object { members in
            members.member("metric") { $0.labels(series.labels) }
            members.member("values") {
                $0.array(series.points) { $0.point($1.time, APINumber.value($1.value)) }
            }
        }
    }

    private mutating func point(_ time: Timestamp, _ text: String) {
        raw("[")
        raw(APINumber.time(time))
        comma()
        string(text)
        raw("]")
    }
}
