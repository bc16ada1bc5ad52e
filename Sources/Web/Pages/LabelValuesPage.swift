// SPDX-License-Identifier: Apache-2.0

/// `/api/v1/label/NAME/values`: the values of one label. Parameters: `match[]`, `start`, `end`, `limit`.
struct LabelValuesPage: Page {
    let path = "/api/v1/label/"
    let summary: String? = nil
    private static let end = "/values"

    func answers(_ path: String) -> Bool {
        path.hasPrefix(self.path) && path.hasSuffix(Self.end)
            && path.utf8.count > self.path.utf8.count + Self.end.utf8.count
    }

    func respond(to request: PageRequest, from site: any Site) async -> PageResponse {
        let name = String(request.path.dropFirst(path.count).dropLast(Self.end.count))
        guard !name.contains("/"), name.first?.isNumber != true,
            name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || Character(UnicodeScalar($0)).isPlainAlphanumeric })
        else { return .badData("this is no name of a label") }
        return await .prometheus { () throws(QueryRefusal) in
            try await site.series(try request.seriesRequest(.values(of: name), needsSelector: false))
        }
    }
}

extension Character {
    fileprivate var isPlainAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
