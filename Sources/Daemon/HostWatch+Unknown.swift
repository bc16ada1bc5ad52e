// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Logging

/// What libvirt sends that this version does not know.
extension HostWatch {
    /// Names that are counted by themselves, over all connections that there were.
    private static let unknownLimit = 64

    func noteUnknownFields(of connection: Connection) async {
        guard connection.hasUnknownFields else { return }
        noteUnknownFields(await connection.takeUnknownFields())
    }

    /// Counts fields that nobody knows, and names each once.
    package func noteUnknownFields(_ found: [String: Int]) {
        for (field, count) in found.sorted(by: { $0.key < $1.key }) {
            let isKnown = figures.unknownFields[field] != nil
            let key = isKnown || figures.unknownFields.count < Self.unknownLimit ? field : "other"
            figures.unknownFields[key, default: 0] += count
            guard !isKnown, key == field else { continue }
            log.notice(
                "libvirt reports a statistic that this version does not know; it is not shown",
                metadata: ["field": "\(field)", "host": "\(name)"])
        }
    }
}
