// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials

/// How data is printed: for people, or a line an item for programs.
enum OutputForm: String, ExpressibleByArgument, CaseIterable {
    case table, json, csv
}

/// One item as one line of JSON.
enum JSONLine {
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Silence is right: only a number without a text in JSON fails, and no item has one.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// One item as one record of RFC 4180.
enum CSVLine {
    static func text(_ cells: [String]) -> String {
        cells.map { cell in
            guard cell.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
                return cell
            }
            return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }.joined(separator: ",")
    }
}
