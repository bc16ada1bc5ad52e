// SPDX-License-Identifier: Apache-2.0

/// Why a document was not read as the definition of a domain, or of another of libvirt's objects.
public struct XMLError: Error, Hashable, Sendable {
    public enum Code: String, Sendable {
        case tooLarge, malformed, hasDocumentType, notADomain
        /// Not the definition of the kind of object that was wanted.
        case otherObject
    }

    public let code: Code
    /// What is wrong, in words; may quote the document, cut to a bounded length.
    public let detail: String
    /// What was to be read.
    var object = "domain"

    static let detailLimit = 200

    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = String(detail.unicodeScalars.prefix(Self.detailLimit).filter { $0.value >= 0x20 })
    }
}

extension XMLError: CustomStringConvertible {
    public var description: String { "cannot read the \(object) XML: \(detail)" }
}
