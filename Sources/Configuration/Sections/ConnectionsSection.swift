// SPDX-License-Identifier: Apache-2.0
import YAML

/// `connections`: the libvirt hosts that are watched.
enum ConnectionsSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        guard let entries = reader.mappings("connections") else { return }
        if entries.isEmpty {
            reader.complain("connections", "is empty; name one, or leave the key out for the host's own libvirt")
        }
        var names: Set<String> = []
        settings.connections = entries.map { entry in
            var entry = entry
            let name = entry.required("name") ?? ""
            let uri = entry.string("uri")
            if !name.isEmpty, !names.insert(name).inserted {
                entry.complain("name", "a connection called \"\(name)\" is there twice")
            }
            if uri?.isEmpty == true { entry.complain("uri", "is empty; leave it out for libvirt's default") }
            entry.end()
            return ConnectionSettings(name: name, uri: uri)
        }
    }
}
