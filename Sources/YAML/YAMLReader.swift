// SPDX-License-Identifier: Apache-2.0
import CYAML

extension YAMLNode {
    /// The longest text that is read, in bytes.
    public static let longestText = 4 << 20
    static let deepest = 50
    static let mostNodes = 200_000

    /// Reads the one document of `text`; nil when it is empty. `path` is what problems name.
    ///
    /// Refused, each with its place: several documents, keys that are no scalars or come twice, and, unless
    /// `allowsAliases`, anchors, aliases and merge keys. A value counts each time that an alias repeats it, so a small
    /// file never becomes a large one.
    public static func parse(
        _ text: String, path: String, allowsAliases: Bool = false
    ) throws(Problem) -> YAMLNode? {
        guard text.utf8.count <= longestText else {
            throw Problem(path: path, message: "has \(text.utf8.count) bytes, more than the limit of \(longestText)")
        }
        var reader = YAMLReader(text, path: path, allowsAliases: allowsAliases)
        return try reader.document()
    }
}

/// Builds nodes from libyaml's events (`yaml_parser_parse`).
private struct YAMLReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let path: String
    private let allowsAliases: Bool
    private var nodes = 0
    private var anchors: [String: Anchored] = [:]
    /// The deepest level within the value that is being read.
    private var deepestSeen = 0

    /// A value that aliases may repeat, how many values it holds and how many levels.
    private struct Anchored {
        let node: YAMLNode
        let size: Int
        let height: Int
    }

    init(_ text: String, path: String, allowsAliases: Bool) {
        self.path = path
        self.allowsAliases = allowsAliases
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
            case mappingEnd
            case alias(String)
            case scalar(String, isPlain: Bool)
        }

        let kind: Kind
        let anchor: String?
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
        if case .alias(let name) = event.kind { return try repeated(name, event, depth) }
        let before = nodes
        let outside = deepestSeen
        deepestSeen = depth
        try count(1, event)
        guard depth <= YAMLNode.deepest else {
            throw problem("nested more than \(YAMLNode.deepest) levels deep", event)
        }
        guard event.anchor == nil || allowsAliases else {
            throw problem("anchors (&) are not supported; write the value out", event)
        }
        let content: YAMLNode.Content
        switch event.kind {
        case .scalar(let text, let isPlain): content = .scalar(text, isPlain: isPlain)
        case .sequenceStart: content = .sequence(try sequence(depth))
        case .mappingStart: content = .mapping(try mapping(depth))
        default: throw problem("a value is missing", event)
        }
        let node = YAMLNode(content: content, line: event.line, column: event.column)
        if let anchor = event.anchor {
            anchors[anchor] = Anchored(node: node, size: nodes - before, height: deepestSeen - depth)
        }
        deepestSeen = max(outside, deepestSeen)
        return node
    }

    /// What an alias stands for.
    private mutating func repeated(_ name: String, _ event: Event, _ depth: Int) throws(Problem) -> YAMLNode {
        guard allowsAliases else { throw problem("aliases (*) are not supported; write the value out", event) }
        guard let anchored = anchors[name] else {
            throw problem("no anchor &\(name.prefix(80)) stands before this alias", event)
        }
        try count(anchored.size, event)
        guard depth + anchored.height <= YAMLNode.deepest else {
            throw problem("nested more than \(YAMLNode.deepest) levels deep", event)
        }
        deepestSeen = max(deepestSeen, depth + anchored.height)
        return anchored.node
    }

    private mutating func count(_ more: Int, _ event: Event) throws(Problem) {
        nodes += more
        guard nodes <= YAMLNode.mostNodes else { throw problem("more than \(YAMLNode.mostNodes) values", event) }
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
        var merged: [YAMLPair] = []
        var keys: [String: Int] = [:]
        while true {
            var event = try next()
            if case .mappingEnd = event.kind { break }
            if allowsAliases, case .alias(let name) = event.kind,
                case .scalar(let key, let isPlain)? = anchors[name]?.node.content
            {
                event = Event(kind: .scalar(key, isPlain: isPlain), anchor: nil, line: event.line, column: event.column)
            }
            guard case .scalar(let key, let isPlain) = event.kind else {
                throw problem("a key must be a plain word", event)
            }
            if let first = keys.updateValue(event.line, forKey: key) {
                throw problem("key \"\(key.prefix(80))\" is there twice, first in line \(first)", event)
            }
            let name = try node(event, depth: depth + 1)
            let value = try node(next(), depth: depth + 1)
            if isPlain, key == "<<" {
                merged = try self.merged(value, event)
            } else {
                pairs.append(YAMLPair(key: name, value: value))
            }
        }
        return pairs + merged.filter { pair in keys[pair.key.text ?? ""] == nil }
    }

    /// What `<<` brings in: of mappings that have the same key the first counts.
    private mutating func merged(_ value: YAMLNode, _ event: Event) throws(Problem) -> [YAMLPair] {
        guard allowsAliases else { throw problem("merge keys (<<) are not supported", event) }
        let sources = if case .sequence(let items) = value.content { items } else { [value] }
        var found: [YAMLPair] = []
        var keys: Set<String> = []
        for source in sources {
            guard case .mapping(let pairs) = source.content else {
                throw problem("<< needs a mapping, or a list of mappings", event)
            }
            try count(pairs.count, event)
            for pair in pairs where keys.insert(pair.key.text ?? "").inserted { found.append(pair) }
        }
        return found
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
        case YAML_ALIAS_EVENT: kind = .alias(String(cString: event.data.alias.anchor))
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
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            guard let tag = scalar.tag.map({ String(cString: $0) }) else {
                kind = .scalar(text, isPlain: isPlain)
                break
            }
            guard let plain = YAMLTag.isPlain(text, taggedAs: tag, otherwise: isPlain) else {
                throw Problem(
                    path: path, line: event.start_mark.line + 1, column: event.start_mark.column + 1,
                    message:
                        "\"\(text.prefix(80))\" cannot be read as its tag \(tag.prefix(80)) says; leave the tag out")
            }
            kind = .scalar(text, isPlain: plain)
        default: kind = .streamEnd
        }
        return Event(
            kind: kind, anchor: anchor.map { String(cString: $0) }, line: event.start_mark.line + 1,
            column: event.start_mark.column + 1)
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
