// SPDX-License-Identifier: Apache-2.0
import CLibXML2

/// What a domain's metadata says of its own repair: the attributes of `<remediation>` in a namespace of this program's.
///
/// A domain's owner writes them: each is bounded here, and what they mean is judged elsewhere.
public struct RemediationMark: Hashable, Sendable {
    public static let namespace = "urn:virtwarden:remediation:1"
    public static let elementName = "remediation"
    private static let attributeLimit = 32
    private static let valueLimit = 256

    /// By their names, without those of other namespaces.
    public private(set) var attributes: [String: String] = [:]
    /// What cannot be used, a clause each.
    public private(set) var problems: [String] = []

    public init(attributes: [String: String] = [:], problems: [String] = []) {
        self.attributes = attributes
        self.problems = problems
    }

    /// nil when the metadata has nothing in the namespace.
    init?(_ metadata: Element) {
        let own: [Element] = metadata.children.filter { $0.namespace == Self.namespace }
        guard let element = own.first else { return nil }
        if own.count > 1 { problems.append("it is there more than once") }
        guard element.name == Self.elementName else {
            problems.append("its element is not <\(Self.elementName)>")
            return
        }
        var count = 0
        element.eachAttribute { name, value in
            count += 1
            if count > Self.attributeLimit {
                if count == Self.attributeLimit + 1 { problems.append("it has too many attributes") }
            } else if name.utf8.count > Self.valueLimit {
                problems.append("the name of an attribute is too long")
            } else if value.utf8.count > Self.valueLimit {
                problems.append("\(name) is longer than \(Self.valueLimit) bytes")
            } else {
                attributes[name] = value
            }
        }
    }

    /// The element, as `virDomainSetMetadata` takes it.
    public var element: String {
        let texts = attributes.sorted { $0.key < $1.key }.map { " \($0.key)=\"\($0.value.escapedForXML)\"" }
        return "<\(Self.elementName)\(texts.joined())/>"
    }
}

extension String {
    fileprivate var escapedForXML: String {
        unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            // What XML 1.0 has no place for.
            case _ where scalar.value < 32: " "
            default: String(scalar)
            }
        }.joined()
    }
}
