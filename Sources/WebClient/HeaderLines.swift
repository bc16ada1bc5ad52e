// SPDX-License-Identifier: Apache-2.0

/// The header lines of a request, checked: nothing in a name or a value can end a line and begin another.
enum HeaderLines {
    /// Why a header cannot be sent.
    struct Refusal: Error {
        let reason: String
    }

    static func lines(of request: WebRequest, userAgent: String) throws(Refusal) -> [String] {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(isToken) else {
            throw Refusal(reason: "the method is no word of HTTP")
        }
        // libcurl would wait for "100 Continue" before it sends a longer body; few receivers answer that.
        var all = [("Expect", ""), ("User-Agent", userAgent)] + request.headers
        switch request.credentials {
        case .bearer(let token): all.append(("Authorization", "Bearer \(token)"))
        case .other(let type, let credentials): all.append(("Authorization", "\(type) \(credentials)"))
        case .basic, nil: break
        }
        return try all.map { (name, value) throws(Refusal) in
            guard !name.isEmpty, name.utf8.allSatisfy(isToken) else {
                throw Refusal(reason: "the header name \"\(name.prefix(40).filter { $0 != "\n" })\" is not allowed")
            }
            guard value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
                throw Refusal(reason: "the value of header \(name) holds a control character")
            }
            // "Name:" alone takes away what libcurl would send by itself; "Name;" sends it without a value.
            if value.isEmpty { return name == "Expect" ? "Expect:" : "\(name);" }
            return "\(name): \(value)"
        }
    }

    /// `tchar` of RFC 9110, section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
