// SPDX-License-Identifier: Apache-2.0
import CLibXML2

/// An element of a living `Document`, read in place: nothing is allocated by libxml2, so nothing is to be freed.
struct Element {
    let node: xmlNodePtr

    var name: String { node.pointee.name.map { Self.text($0) } ?? "" }

    /// The URI of the element's namespace, nil when it is in none.
    var namespace: String? {
        guard let namespace = node.pointee.ns, let uri = namespace.pointee.href else { return nil }
        return Self.text(uri)
    }

    /// The child elements, in document order.
    var children: some Sequence<Element> {
        sequence(state: node.pointee.children) { (next: inout xmlNodePtr?) -> Element? in
            while let node = next {
                next = node.pointee.next
                if node.pointee.type == XML_ELEMENT_NODE { return Element(node: node) }
            }
            return nil
        }
    }

    /// The child elements called `name` that are in no namespace, as all of libvirt's own are.
    func children(_ name: String) -> some Sequence<Element> {
        children.lazy.filter { $0.node.pointee.ns == nil && $0.name == name }
    }

    /// The first child element called `name`.
    func child(_ name: String) -> Element? {
        children(name).first { _ in true }
    }

    /// The first child element called `name` in this namespace.
    func child(_ name: String, in namespace: String) -> Element? {
        children.first { $0.name == name && $0.namespace == namespace }
    }

    /// The value of the attribute `name`, or nil; entity references in it are left out.
    func attribute(_ name: String) -> String? {
        var next = node.pointee.properties
        while let attribute = next {
            if attribute.pointee.ns == nil, let found = attribute.pointee.name, Self.text(found) == name {
                return Self.content(from: attribute.pointee.children)
            }
            next = attribute.pointee.next
        }
        return nil
    }

    /// Calls `body` with each attribute that is in no namespace.
    func eachAttribute(_ body: (String, String) -> Void) {
        var next = node.pointee.properties
        while let attribute = next {
            if attribute.pointee.ns == nil, let name = attribute.pointee.name {
                body(Self.text(name), Self.content(from: attribute.pointee.children))
            }
            next = attribute.pointee.next
        }
    }

    /// The first of the attributes `names` that is there and not empty.
    func firstAttribute(_ names: [String]) -> String? {
        for name in names {
            if let value = attribute(name), !value.isEmpty { return value }
        }
        return nil
    }

    /// The element's own text without that of its children; nil when there is none.
    var content: String? {
        let all = Self.content(from: node.pointee.children)
        let isBlank: (Character) -> Bool = { $0.isWhitespace }
        let end = all.lastIndex { !isBlank($0) }
        guard let start = all.firstIndex(where: { !isBlank($0) }), let end else { return nil }
        return String(all[start...end])
    }

    private static func content(from first: xmlNodePtr?) -> String {
        var result = ""
        var next = first
        while let node = next {
            let type = node.pointee.type
            if type == XML_TEXT_NODE || type == XML_CDATA_SECTION_NODE, let bytes = node.pointee.content {
                result += text(bytes)
            }
            next = node.pointee.next
        }
        return result
    }

    private static func text(_ bytes: UnsafePointer<xmlChar>) -> String {
        String(cString: bytes)
    }
}
