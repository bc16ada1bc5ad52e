// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc

/// A plain socket: sends bytes as they are, reads what comes.
final class Client: Sendable {
    private let descriptor: Int32
    /// Its own, since a read that waits would hold a thread of a shared one.
    private let queue = DispatchQueue(label: "client")

    convenience init(port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try self.init(descriptor, SocketAddresses.withLoopback(port) { connect(descriptor, $0, $1) })
    }

    convenience init(path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try self.init(descriptor, SocketAddresses.withUnix(path) { connect(descriptor, $0, $1) })
    }

    private init(_ descriptor: Int32, _ connected: Int32) throws {
        self.descriptor = descriptor
        guard connected == 0 else { throw Refused(errno: errno) }
        // A test that waits for nothing must end: a minute bounds every read.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
    }

    struct Refused: Error {
        let errno: Int32
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Whether the server has cut the connection, found out without reading a byte.
    var isCut: Bool {
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&state, 1, 0) == 1 && state.revents & Int16(POLLHUP | POLLERR) != 0
    }

    /// Everything until the server closes; nil when it does not within a minute.
    func readToEnd() async -> [UInt8]? {
        await read { _ in false }
    }

    /// Bytes until `count` answers with a Content-Length are complete.
    func readAnswers(_ count: Int) async -> [Answer] {
        let bytes = await read { Answer.all(in: $0).count >= count } ?? []
        return Answer.all(in: bytes)
    }

    /// Whether so many bytes come.
    func read(atLeast count: Int) async -> Bool {
        (await read { $0.count >= count }).map { $0.count >= count } ?? false
    }

    private func read(until isEnough: @escaping @Sendable ([UInt8]) -> Bool) async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            queue.async {
                var all: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65536)
                while !isEnough(all) {
                    let count = recv(self.descriptor, &buffer, buffer.count, 0)
                    if count < 0 && errno != ECONNRESET { return continuation.resume(returning: nil) }
                    if count <= 0 { break }
                    all += buffer[..<count]
                }
                continuation.resume(returning: all)
            }
        }
    }
}

/// One HTTP answer.
struct Answer: Sendable {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The complete answers at the start of `bytes`.
    static func all(in bytes: [UInt8]) -> [Answer] {
        var answers: [Answer] = []
        var rest = bytes[...]
        while let end = rest.headEnd {
            let lines = String(decoding: rest[..<end], as: UTF8.self).split(whereSeparator: \.isNewline)
            let pairs = lines.dropFirst().map { line -> (String, String) in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (parts[0].lowercased(), parts[1].drop { $0 == " " }.description)
            }
            let headers = Dictionary(pairs) { $1 }
            let start = end + 4
            guard let length = headers["content-length"].flatMap({ Int($0) }), rest.endIndex - start >= length,
                let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            else { break }
            answers.append(Answer(status: status, headers: headers, body: Array(rest[start..<start + length])))
            rest = rest[(start + length)...]
        }
        return answers
    }
}

extension ArraySlice<UInt8> {
    /// Where the empty line after the header fields begins.
    fileprivate var headEnd: Int? {
        guard count >= 4 else { return nil }
        return (startIndex...endIndex - 4).first { self[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }
    }
}

/// Addresses as the system takes them.
enum SocketAddresses {
    static func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    static func withUnix(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
