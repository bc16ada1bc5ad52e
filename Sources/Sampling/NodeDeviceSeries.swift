// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Makes the batches that count the host's devices and libvirt's secrets.
public struct NodeDeviceSeries: Sendable {
    private static let devices = MetricFamily(
        "libvirt_node_devices", .gauge, "Devices of the host that have the capability; one may have several.",
        labels: ["capability"])
    private static let secrets = MetricFamily("libvirt_secrets", .gauge, "Secrets that libvirt keeps.")
    public static let families = [devices, secrets]

    private var series: OwnSeries
    /// Capabilities that a device once had: theirs are the series, also when the last such device is gone.
    private var seen: Set<String> = []

    /// `host` is the label `host`, nil when there is one connection only.
    public init(host: String?) {
        series = OwnSeries(host: host)
    }

    /// What was not read is nil and yields no sample.
    public mutating func batch(devices: [String: Int]?, secrets: Int?, at time: Timestamp) -> SeriesBatch {
        var rows: [(MetricFamily, [(String, String)], Double)] = []
        for (capability, count) in (devices ?? [:]).sorted(by: { $0.key < $1.key }) {
            if count > 0 { seen.insert(capability) }
            guard seen.contains(capability) else { continue }
            rows.append((Self.devices, [("capability", capability)], Double(count)))
        }
        if let secrets { rows.append((Self.secrets, [], Double(secrets))) }
        return series.batch(rows, at: time)
    }
}
