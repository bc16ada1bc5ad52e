// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What a message's template reads: Alertmanager's notification data, under its names.
///
/// Source: Alertmanager's notification template reference. An alert that fires has the year 1 as its end.
public struct NotificationData: Sendable {
    public struct Entry: Sendable {
        public var status: String
        public var labels: Labels
        public var annotations: Labels
        public var startsAt: Timestamp
        public var endsAt: Timestamp
        public var generatorURL: String
        public var fingerprint: String

        public init(
            status: String, labels: Labels, annotations: Labels, startsAt: Timestamp, endsAt: Timestamp?,
            generatorURL: String, fingerprint: String
        ) {
            self.status = status
            self.labels = labels
            self.annotations = annotations
            self.startsAt = startsAt
            self.endsAt = endsAt ?? NotificationData.never
            self.generatorURL = generatorURL
            self.fingerprint = fingerprint
        }
    }

    /// Go's zero time: the first of January of the year 1.
    public static let never = Timestamp(milliseconds: -62_135_596_800_000)

    public var receiver = ""
    public var status = ""
    public var alerts: [Entry] = []
    public var groupLabels = Labels.none
    public var commonLabels = Labels.none
    public var commonAnnotations = Labels.none
    public var externalURL = ""

    public init() {}

    var value: TemplateValue {
        .record(
            .data,
            [
                TemplateField("Receiver", "receiver", .string(receiver)),
                TemplateField("Status", "status", .string(status)),
                TemplateField("Alerts", "alerts", .list(.alerts, alerts.map(\.value))),
                TemplateField("GroupLabels", "groupLabels", .pairs(groupLabels)),
                TemplateField("CommonLabels", "commonLabels", .pairs(commonLabels)),
                TemplateField("CommonAnnotations", "commonAnnotations", .pairs(commonAnnotations)),
                TemplateField("ExternalURL", "externalURL", .string(externalURL)),
            ])
    }
}

extension NotificationData.Entry {
    fileprivate var value: TemplateValue {
        .record(
            .alert,
            [
                TemplateField("Status", "status", .string(status)),
                TemplateField("Labels", "labels", .pairs(labels)),
                TemplateField("Annotations", "annotations", .pairs(annotations)),
                TemplateField("StartsAt", "startsAt", .time(startsAt)),
                TemplateField("EndsAt", "endsAt", .time(endsAt)),
                TemplateField("GeneratorURL", "generatorURL", .string(generatorURL)),
                TemplateField("Fingerprint", "fingerprint", .string(fingerprint)),
            ])
    }
}

/// What the elements of a list are, by Go's name of its type.
enum ListKind: String {
    case strings = "[]string"
    case pairs = "template.Pairs"
    case alerts = "template.Alerts"
}

/// Go's name of a record's type.
enum RecordKind: String {
    case data = "template.Data"
    case alert = "template.Alert"
    case pair = "template.Pair"
}

/// One part of a record.
struct TemplateField: Sendable {
    let name: String
    let jsonName: String
    let value: TemplateValue

    init(_ name: String, _ jsonName: String, _ value: TemplateValue) {
        self.name = name
        self.jsonName = jsonName
        self.value = value
    }
}

extension TemplateValue {
    /// A record's part, or a label's value; nil when values of this kind have no such thing.
    func field(_ name: String) -> TemplateValue? {
        switch self {
        case .record(_, let fields): fields.first { $0.name == name }?.value
        case .pairs(let labels): .string(labels[name] ?? "")
        default: nil
        }
    }
}
