// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// One line of the reference, as `virtwarden metrics --output json` prints it.
struct DocumentedMetric: Decodable {
    let name: String
    let type: String
    let labels: [String]
    let collector: String

    static func all() async throws -> [DocumentedMetric] {
        try await BuiltProgram.run(["metrics", "--output", "json"]).output.split(separator: "\n").map {
            try JSONDecoder().decode(DocumentedMetric.self, from: Data($0.utf8))
        }
    }
}

/// A page in Prometheus's text format, taken apart.
struct MetricsPage {
    /// Types by family.
    private(set) var types: [String: String] = [:]
    /// Names of labels of all series, by family.
    private(set) var labels: [String: Set<String>] = [:]
    /// Each series as it is written, without its value.
    private(set) var series: [String] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# TYPE "), words.count == 4 { types[String(words[2])] = String(words[3]) }
            if !line.hasPrefix("#") { add(line) }
        }
    }

    private mutating func add(_ line: Substring) {
        let name = line.prefix { $0 != "{" && $0 != " " }
        series.append(String(line.prefix(upTo: line.lastIndex(of: " ") ?? line.endIndex)))
        labels[family(of: String(name)), default: []].formUnion(Self.labelNames(line.dropFirst(name.count)))
    }

    /// A histogram's series have names of their own.
    private func family(of name: String) -> String {
        for suffix in ["_bucket", "_count", "_sum"] where name.hasSuffix(suffix) {
            let whole = String(name.dropLast(suffix.count))
            if types[whole] == "histogram" { return whole }
        }
        return name
    }

    private static func labelNames(_ text: Substring) -> [String] {
        var names: [String] = []
        var rest = text.first == "{" ? text.dropFirst() : ""
        while let equals = rest.firstIndex(of: "="), rest.first != "}" {
            names.append(String(rest[..<equals]))
            rest = rest[equals...].dropFirst(2)
            while let character = rest.first, character != "\"" { rest = rest.dropFirst(character == "\\" ? 2 : 1) }
            rest = rest.dropFirst()
            if rest.first == "," { rest = rest.dropFirst() }
        }
        return names
    }
}
