// SPDX-License-Identifier: Apache-2.0
import Alerting
import Vocabulary

/// The body of Alertmanager's webhooks, version 4.
///
/// Byte for byte as Alertmanager 0.25 writes it, its order and the line's end included. Source: Alertmanager's
/// configuration, `webhook_config`.
enum WebhookBody {
    static func bytes(of message: Message) -> [UInt8] {
        let data = message.data()
        let body: JSON = [
            "receiver": .string(data.receiver), "status": .string(data.status),
            "alerts": .array(data.alerts.map { JSON($0) }), "groupLabels": JSON(data.groupLabels),
            "commonLabels": JSON(data.commonLabels), "commonAnnotations": JSON(data.commonAnnotations),
            "externalURL": .string(data.externalURL), "version": "4", "groupKey": .string(message.groupKey),
            "truncatedAlerts": .number("0"),
        ]
        return body.bytes + [UInt8(ascii: "\n")]
    }
}

extension JSON {
    fileprivate init(_ entry: NotificationData.Entry) {
        self = [
            "status": .string(entry.status), "labels": JSON(entry.labels), "annotations": JSON(entry.annotations),
            "startsAt": .string(entry.startsAt.rfc3339Nano), "endsAt": .string(entry.endsAt.rfc3339Nano),
            "generatorURL": .string(entry.generatorURL), "fingerprint": .string(entry.fingerprint),
        ]
    }
}
