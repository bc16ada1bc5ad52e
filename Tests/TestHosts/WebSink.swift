// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import Synchronization

/// An HTTP server on 127.0.0.1 that notes what it is sent and behaves as badly as it is told to.
public final class WebSink: Sendable {
    /// What becomes of a request, once it has been read.
    public enum Behaviour: Sendable {
        /// Answers with this status; `fields` are header lines, each ended by CR LF.
        case answer(Int, fields: String = "", body: String = "")
        /// Answers 413 to a body that is longer, else 200.
        case takeUpTo(Int)
        /// Never answers.
        case hang
        /// Answers 200 with a body that comes byte by byte, with `pause` between them, for as long as the client stays.
        case drip(pause: Duration)
        /// Closes without an answer.
        case close
        /// Says that a thousand bytes follow, sends ten and closes.
        case cut
        /// Sends these bytes, which are no HTTP, and closes.
        case babble(String)
        /// Does so before it is asked anything: no TLS either.
        case blurt(String)
        /// Says that it sends a gigabyte, and sends it.
        case gigabyte
    }

    public struct Request: Sendable {
        public let line: String
        public let headers: [String: String]
        public let body: [UInt8]
        /// When it had been read.
        public let time = ContinuousClock.now
        public var text: String { String(decoding: body, as: UTF8.self) }
        /// Between the method and the version.
        public var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
    }

    private struct State {
        var behaviour = Behaviour.answer(200)
        var byPath: [String: Behaviour] = [:]
        var requests: [Request] = []
        var connections: Set<Int32> = []
        var isStopped = false
    }

    public let port: UInt16
    private let listening: Int32
    private let state = Mutex(State())

    public init() throws(HostError) {
        listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listening
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) != 0 || listen(descriptor, 64) != 0
                    || getsockname(descriptor, $0, &length) != 0
            }
        }
        guard listening >= 0, !failed else {
            throw HostError("listen on 127.0.0.1: \(String(cString: strerror(errno)))")
        }
        port = UInt16(bigEndian: address.sin_port)
        DispatchQueue(label: "web sink").async { self.acceptAll() }
    }

    public var url: String { "http://127.0.0.1:\(port)/" }
    public var requests: [Request] { state.withLock { $0.requests } }

    public func behave(_ behaviour: Behaviour) {
        state.withLock { $0.behaviour = behaviour }
    }

    /// For requests of one path, as `/hook`, alone.
    public func behave(_ behaviour: Behaviour, at path: String) {
        state.withLock { $0.byPath[path] = behaviour }
    }

    /// Listens no more and cuts every connection.
    public func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listening, Int32(SHUT_RDWR))
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    deinit { close(listening) }

    private func acceptAll() {
        while true {
            let connection = accept(listening, nil, nil)
            let isOpen = state.withLock { state in
                if connection >= 0, !state.isStopped { state.connections.insert(connection) }
                return !state.isStopped
            }
            guard isOpen, connection >= 0 else {
                if connection >= 0 { close(connection) }
                return
            }
            // Each blocks, and a serial queue of its own gives each a thread of its own.
            DispatchQueue(label: "web sink connection").async { self.serve(connection) }
        }
    }

    private func serve(_ connection: Int32) {
        var buffer: [UInt8] = []
        if case .blurt(let text) = state.withLock({ $0.behaviour }) { _ = send(text, connection) }
        while let request = read(from: connection, &buffer) {
            let behaviour = state.withLock { state in
                state.requests.append(request)
                return state.byPath[request.path] ?? state.behaviour
            }
            guard carryOut(behaviour.toward(request), connection) else { break }
        }
        _ = state.withLock { $0.connections.remove(connection) }
        close(connection)
    }

    /// Whether the connection may carry another request.
    private func carryOut(_ behaviour: Behaviour, _ connection: Int32) -> Bool {
        switch behaviour {
        case .answer(let status, let fields, let body):
            return send(
                "HTTP/1.1 \(status) Answer\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)", connection)
        case .hang:
            // Until the client goes or the sink is stopped.
            var byte: UInt8 = 0
            _ = Glibc.read(connection, &byte, 1)
            return false
        case .close, .takeUpTo: return false
        case .drip(let pause):
            guard send("HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n", connection) else { return false }
            // This thread is the connection's own.
            while send("x", connection) { usleep(UInt32(pause / .microseconds(1))) }
            return false
        case .cut:
            _ = send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789", connection)
            return false
        case .blurt: return false
        case .babble(let text):
            _ = send(text, connection)
            return false
        case .gigabyte:
            guard send("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", connection) else { return false }
            let chunk = String(repeating: "x", count: 65_536)
            for _ in 0..<16_384 where !send(chunk, connection) { return false }
            return true
        }
    }

    private func send(_ text: String, _ connection: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func read(from connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        var chunk = [UInt8](repeating: 0, count: 65_536)
        func fill() -> Bool {
            let count = Glibc.read(connection, &chunk, chunk.count)
            guard count > 0 else { return false }
            buffer += chunk[..<count]
            return true
        }
        var headEnd = buffer.firstRange(of: end)
        while headEnd == nil {
            guard fill() else { return nil }
            headEnd = buffer.firstRange(of: end)
        }
        guard let headEnd else { return nil }
        let lines = String(decoding: buffer[..<headEnd.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        let headers = Dictionary(fields, uniquingKeysWith: { $0 + ", " + $1 })
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while buffer.count < headEnd.upperBound + length {
            guard fill() else { return nil }
        }
        let body = Array(buffer[headEnd.upperBound..<headEnd.upperBound + length])
        buffer.removeFirst(headEnd.upperBound + length)
        return Request(line: String(lines.first ?? ""), headers: headers, body: body)
    }
}

extension WebSink.Behaviour {
    /// What is done about `request`.
    fileprivate func toward(_ request: WebSink.Request) -> WebSink.Behaviour {
        guard case .takeUpTo(let count) = self else { return self }
        return .answer(request.body.count > count ? 413 : 200)
    }
}
