// SPDX-License-Identifier: Apache-2.0
import YAML

/// One part of the configuration file: reads its own keys and no others.
protocol Section: SendableMetatype {
    static func read(_ reader: inout MappingReader, into settings: inout Settings)
}

/// The sections there are, one file each in the folder `Sections`, in the order in which they are read.
enum Sections {
    static let all: [any Section.Type] = [
        ConnectionsSection.self,
        SamplingSection.self,
        MetadataSection.self,
        WebSection.self,
        PromQLSection.self,
        RulesSection.self,
        AlertmanagersSection.self,
        ProgramsSection.self,
        ReceiversSection.self,
        OutboxSection.self,
        RoutesSection.self,
        InhibitRulesSection.self,
        EventRoutesSection.self,
        RemediationSection.self,
        StateSection.self,
    ]
}
