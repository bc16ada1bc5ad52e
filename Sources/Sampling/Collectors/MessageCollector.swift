// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What libvirt has to say of each domain: that it is tainted, or uses something that is to go: `virDomainGetMessages`.
public struct MessageCollector: Collector {
    public static let name = "message"
    public static let interval: Duration? = .seconds(600)
    private static let message = MetricFamily(
        "libvirt_domain_message_info", .gauge,
        "What libvirt says of the domain's definition, of kind tainting or deprecation; always 1.",
        labels: ["kind", "message"])
    public static let families = [message]

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.messages]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        for message in reading.details?.messages ?? [] {
            writer.add(info: Self.message, labels: [("kind", message.kind), ("message", message.text)])
        }
    }
}
