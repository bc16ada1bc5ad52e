// SPDX-License-Identifier: Apache-2.0
import CLibXML2

/// A parsed document, freed with its owner. Its elements are only valid while it lives.
///
/// The parser never reads a file or the network and never replaces an entity: the options leave out NOENT, DTDLOAD,
/// DTDATTR, XINCLUDE and HUGE, so libxml2's limits of depth (256) and amplification hold.
struct Document: ~Copyable {
    static let sizeLimit = 4 << 20

    private static let options = Int32(
        XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
            | XML_PARSE_COMPACT.rawValue)
    /// libxml2 asks for this once, before threads use it.
    private static let parserIsReady: Void = xmlInitParser()

    private let pointer: xmlDocPtr

    init(parsing text: String) throws(XMLError) {
        pointer = try Self.parse(Array(text.utf8))
    }

    deinit {
        xmlFreeDoc(pointer)
    }

    /// Calls `body` with the outermost element.
    func withRoot<Result>(_ body: (Element) throws(XMLError) -> Result) throws(XMLError) -> Result {
        guard let root = xmlDocGetRootElement(pointer) else { throw XMLError(.malformed, "it has no element") }
        return try body(Element(node: root))
    }

    private static func parse(_ bytes: [UInt8]) throws(XMLError) -> xmlDocPtr {
        guard bytes.count <= sizeLimit else {
            throw XMLError(.tooLarge, "it has \(bytes.count) bytes, more than the limit of \(sizeLimit)")
        }
        _ = parserIsReady
        guard let context = xmlNewParserCtxt() else { throw XMLError(.malformed, "no memory for a parser") }
        defer { xmlFreeParserCtxt(context) }
        // The encoding is said here because the text is a Swift string, whatever its declaration claims.
        let document = bytes.withUnsafeBytes { buffer in
            xmlCtxtReadMemory(
                context, buffer.bindMemory(to: CChar.self).baseAddress, Int32(buffer.count), nil, "UTF-8", options)
        }
        guard let document else { throw failure(of: context) }
        guard document.pointee.intSubset == nil, document.pointee.extSubset == nil else {
            xmlFreeDoc(document)
            throw XMLError(.hasDocumentType, "it has a document type declaration, which libvirt never writes")
        }
        return document
    }

    private static func failure(of context: xmlParserCtxtPtr) -> XMLError {
        let error = context.pointee.lastError
        guard let message = error.message else { return XMLError(.malformed, "it is not well-formed") }
        return XMLError(.malformed, "line \(error.line): \(String(cString: message))")
    }
}
