// SPDX-License-Identifier: Apache-2.0
import DomainXML
import YAML

/// `metadata`: which texts of the domains' metadata become labels of `libvirt_domain_metadata_info`.
enum MetadataSection: Section {
    private static let limit = 32
    /// Labels that every series of a domain may have.
    private static let reserved: Set<String> = ["domain", "host", "uuid"]

    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        guard var section = reader.mapping("metadata") else { return }
        let namespaces = (section.texts("namespaces") ?? []).map { ($0.name, $0.text) }
        let paths = MetadataPaths(namespaces: Dictionary(namespaces, uniquingKeysWith: { $1 }))
        var found: [MetadataPaths.Path] = []
        for entry in section.texts("labels") ?? [] {
            let place = "\(section.path("labels")).\(entry.name)"
            if !isLabelName(entry.name) {
                section.problems.add(
                    "\(place): is no name for a label; letters, digits and _, not domain, host or uuid", at: entry.key)
            } else if let problem = paths.problem(of: entry.text) {
                section.problems.add("\(place): cannot use \"\(entry.text)\": \(problem)", at: entry.value)
            } else {
                found.append(MetadataPaths.Path(name: entry.name, expression: entry.text))
            }
        }
        if found.count > limit { section.complain("labels", "has more than \(limit) labels") }
        section.end()
        settings.metadata = MetadataPaths(namespaces: paths.namespaces, paths: found)
    }

    private static func isLabelName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return !name.hasPrefix("__") && !reserved.contains(name)
            && name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
    }
}
