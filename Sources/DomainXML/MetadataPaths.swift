// SPDX-License-Identifier: Apache-2.0
import CLibXML2

/// Which texts of a domain's `<metadata>` are kept, by XPath 1.0, each under a name.
///
/// The paths are the operator's, the metadata is anybody's: an evaluation has a limit of steps, and its result one of
/// length.
public struct MetadataPaths: Hashable, Sendable {
    public struct Path: Hashable, Sendable {
        /// What the text is called.
        public let name: String
        /// Relative to the element `<metadata>`.
        public let expression: String

        public init(name: String, expression: String) {
            self.name = name
            self.expression = expression
        }
    }

    public static let none = MetadataPaths()

    /// URIs by the prefixes that the expressions use.
    public let namespaces: [String: String]
    public let paths: [Path]

    public init(namespaces: [String: String] = [:], paths: [Path] = []) {
        self.namespaces = namespaces
        self.paths = paths
    }

    /// What is wrong with an expression, a clause; nil when nothing is. It is tried on an empty `<metadata>`.
    public func problem(of expression: String) -> String? {
        guard !expression.isEmpty, !expression.utf8.contains(0) else { return "it is empty" }
        let trial = MetadataPaths(namespaces: namespaces, paths: [Path(name: "trial", expression: expression)])
        do throws(XMLError) {
            return try Document(parsing: "<metadata/>").withRoot { (root) throws(XMLError) in
                trial.evaluate(expression, on: root) == nil
                    ? "it is no XPath expression, or uses a prefix that namespaces does not name" : nil
            }
        } catch {
            return error.detail
        }
    }

    /// The texts found, by name; what is absent or empty is left out.
    func texts(of metadata: Element) -> [String: String] {
        var found: [String: String] = [:]
        for path in paths {
            guard let text = evaluate(path.expression, on: metadata), !text.isEmpty else { continue }
            found[path.name] = text
        }
        return found
    }

    /// More than any label keeps.
    private static let lengthLimit = 4096
    /// libxml2 counts its operations; a definition has room for some 100,000 elements.
    private static let stepLimit: UInt = 1_000_000

    /// The expression's value as a text (XPath 1.0, section 4.2); nil when it cannot be evaluated.
    private func evaluate(_ expression: String, on element: Element) -> String? {
        guard let context = xmlXPathNewContext(element.node.pointee.doc) else { return nil }
        defer { xmlXPathFreeContext(context) }
        context.pointee.opLimit = Self.stepLimit
        context.pointee.node = element.node
        // libxml2 would print the mistake to stderr.
        context.pointee.error = { _, _ in }
        for (prefix, uri) in namespaces { xmlXPathRegisterNs(context, prefix, uri) }
        guard let result = xmlXPathEvalExpression(expression, context) else { return nil }
        defer { xmlXPathFreeObject(result) }
        guard let text = xmlXPathCastToString(result) else { return nil }
        defer { virtwarden_xml_free(text) }
        var kept = ""
        for scalar in String(cString: text).unicodeScalars.prefix(Self.lengthLimit) {
            kept.unicodeScalars.append(scalar)
        }
        return kept.trimmed
    }
}

extension String {
    /// Without white space around it.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
