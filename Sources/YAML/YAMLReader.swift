// SPDX-License-Identifier: Apache-2.0
import CYAML

extension YAMLNode {
    /// The longest text that is read, in bytes.
    public static let longestText = 4 << 20
    static let deepest = 50
    static let mostNodes = 200_000

    /// Reads the one document of `text`; nil when it is empty. `path` is what problems name.
    ///
    /// Refused, each with its place: anchors and aliases (so that a small file stays small), several documents, keys
    /// that are no scalars or come twice, merge keys.
    public static func parse(_ text: String, path: String) throws(Problem) -> YAMLNode? {
        guard text.utf8.count <= longestText else {
            throw Problem(path: path, message: "has \(text.utf8.count) bytes, more than the limit of \(longestText)")
        }
        var reader = YAMLReader(text, path: path)
        return try reader.document()
    }
}

/// Builds nodes from libyaml's events (`yaml_parser_parse`).
private struct YAMLReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let path: String
    private var nodes = 0

    init(_ text: String, path: String) {
        self.path = path
        input = .allocate(capacity: max(text.utf8.count, 1))
        _ = input.initialize(from: text.utf8)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        yaml_parser_initialize(parser)
        yaml_parser_set_input_string(parser, input.baseAddress, text.utf8.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    private struct Event {
        enum Kind {
            case streamStart, streamEnd, documentStart, documentEnd, sequenceStart, sequenceEnd, mappingStart
            case mappingEnd, alias
            case scalar(String, isPlain: Bool)
        }

        let kind: Kind
        let hasAnchor: Bool
        let line: Int
        let column: Int
    }

    mutating func document() throws(Problem) -> YAMLNode? {
        _ = try next()
        guard case .documentStart = try next().kind else { return nil }
        let root = try node(next(), depth: 1)
        _ = try next()
        let after = try next()
        guard case .streamEnd = after.kind else {
            throw problem("a second document begins here; keep one document in a file", after)
        }
        return root
    }

    private mutating func node(_ event: Event, depth: Int) throws(Problem) -> YAMLNode {
        nodes += 1
        guard nodes <= YAMLNode.mostNodes else {
            throw problem("more than \(YAMLNode.mostNodes) values", event)
        }
        guard depth <= YAMLNode.deepest else {
            throw problem("nested more than \(YAMLNode.deepest) levels deep", event)
        }
        guard !event.hasAnchor else { throw problem("anchors (&) are not supported; write the value out", event) }
        let content: YAMLNode.Content
        switch event.kind {
        case .scalar(let text, let isPlain): content = .scalar(text, isPlain: isPlain)
        case .sequenceStart: content = .sequence(try sequence(depth))
        case .mappingStart: content = .mapping(try mapping(depth))
        case .alias: throw problem("aliases (*) are not supported; write the value out", event)
        default: throw problem("a value is missing", event)
        }
        return YAMLNode(content: content, line: event.line, column: event.column)
    }

    private mutating func sequence(_ depth: Int) throws(Problem) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { return items }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func mapping(_ depth: Int) throws(Problem) -> [YAMLPair] {
        var pairs: [YAMLPair] = []
        var keys: [String: Int] = [:]
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { return pairs }
            guard case .scalar(let key, let isPlain) = event.kind else {
                throw problem("a key must be a plain word", event)
            }
            if isPlain, key == "<<" { throw problem("merge keys (<<) are not supported", event) }
            if let first = keys.updateValue(event.line, forKey: key) {
                throw problem("key \"\(key.prefix(80))\" is there twice, first in line \(first)", event)
            }
            let name = try node(event, depth: depth + 1)
            pairs.append(YAMLPair(key: name, value: try node(next(), depth: depth + 1)))
        }
    }

    private func problem(_ message: String, _ event: Event) -> Problem {
        Problem(path: path, line: event.line, column: event.column, message: message)
    }

    private mutating func next() throws(Problem) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxProblem() }
        defer { yaml_event_delete(&event) }
        let kind: Event.Kind
        var anchor: UnsafeMutablePointer<yaml_char_t>?
        switch event.type {
        case YAML_STREAM_START_EVENT: kind = .streamStart
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_ALIAS_EVENT: kind = .alias
        case YAML_SEQUENCE_START_EVENT:
            kind = .sequenceStart
            anchor = event.data.sequence_start.anchor
        case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            kind = .mappingStart
            anchor = event.data.mapping_start.anchor
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            anchor = scalar.anchor
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            kind = .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
        default: kind = .streamEnd
        }
        return Event(
            kind: kind, hasAnchor: anchor != nil, line: event.start_mark.line + 1, column: event.start_mark.column + 1)
    }

    private func syntaxProblem() -> Problem {
        let failed = parser.pointee
        let what = failed.problem.map { String(cString: $0) } ?? "it cannot be read"
        let context = failed.context.map { " (\(String(cString: $0)))" } ?? ""
        // A reader's error (bad bytes) has an offset only, others have a mark.
        guard failed.error != YAML_READER_ERROR else {
            return Problem(path: path, message: "not YAML: \(what) at byte \(failed.problem_offset)")
        }
        return Problem(
            path: path, line: failed.problem_mark.line + 1, column: failed.problem_mark.column + 1,
            message: "not YAML: \(what)\(context)")
    }
}
