// SPDX-License-Identifier: Apache-2.0
import Sampling
import Vocabulary

/// How old the newest sample of each host is.
struct SampleAges {
    static let age = MetricFamily(
        "virtwarden_sample_age_seconds", .gauge, "How old the newest sample of the host is, in seconds.")

    private var sampled: [String: (label: String?, at: Duration)] = [:]
    private var series = OwnSeries(host: nil)

    mutating func note(_ host: String, label: String?, at now: Duration) {
        sampled[host] = (label, now)
    }

    mutating func forget(_ host: String) {
        sampled[host] = nil
    }

    /// One series for each host that was sampled, or for `host` alone when that is given.
    mutating func batch(of host: String? = nil, at time: Timestamp, _ now: Duration) -> SeriesBatch {
        series.batch(
            sampled.filter { host == nil || $0.key == host }.sorted { $0.key < $1.key }.map { _, one in
                (Self.age, [("host", one.label ?? "")], (now - one.at).inSeconds)
            }, at: time)
    }
}
