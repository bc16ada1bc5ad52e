// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// The HTTP server: one event loop for all connections; pages are made outside it.
public final class Server: Sendable {
    /// Where it listens, as URLs, with the ports that were really taken.
    public let addresses: [String]
    private let group: MultiThreadedEventLoopGroup
    private let listening: [any Channel]
    private let connections: Connections

    private init(
        addresses: [String], group: MultiThreadedEventLoopGroup, listening: [any Channel], connections: Connections
    ) {
        self.addresses = addresses
        self.group = group
        self.listening = listening
        self.connections = connections
    }

    /// Listens on all of `listeners`, or on none and says why.
    public static func start(_ listeners: [Listener], site: any Site) async throws(WebError) -> Server {
        try await start(listeners, site: site, limits: ServerLimits())
    }

    static func start(
        _ listeners: [Listener], site: any Site, limits: ServerLimits
    ) async throws(WebError) -> Server {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let connections = Connections(most: limits.connections)
        let bootstrap = bootstrap(group, site, limits, connections)
        var listening: [any Channel] = []
        for listener in listeners {
            do throws(WebError) {
                listening.append(try await bind(bootstrap, listener))
            } catch {
                for channel in listening { channel.close(promise: nil) }
                await shutDown(group)
                throw error
            }
        }
        let addresses = zip(listeners, listening).map { address(of: $0, $1) }
        return Server(addresses: addresses, group: group, listening: listening, connections: connections)
    }

    /// Accepts nothing more, lets answers that are under way end for up to `grace`, then cuts them.
    public func stop(within grace: Duration = .seconds(2)) async {
        for channel in listening { channel.close(promise: nil) }
        for channel in listening { if let path = channel.localAddress?.pathname { unlink(path) } }
        connections.tellAll(ServerStops())
        let end = ContinuousClock.now + grace
        while !connections.isEmpty, ContinuousClock.now < end {
            // Cancelled only when the whole program ends at once; then the rest is cut.
            try? await Task.sleep(for: .milliseconds(10))
        }
        await Self.shutDown(group)
    }

    private static func shutDown(_ group: MultiThreadedEventLoopGroup) async {
        // It fails only when it is shut down twice, and then there is nothing left to do.
        try? await group.shutdownGracefully()
    }

    private static func bootstrap(
        _ group: MultiThreadedEventLoopGroup, _ site: any Site, _ limits: ServerLimits, _ connections: Connections
    ) -> ServerBootstrap {
        // Made once: a page may keep what it made for the next request.
        let pages = Pages.all()
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // What was read is kept until it is answered: pipelined requests must not add up.
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: limits.reading))
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                guard connections.admit(channel) else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: false)
                    try pipeline.addHandler(RequestHandler(site, pages, limits, connections))
                }
            }
    }

    private static func bind(_ bootstrap: ServerBootstrap, _ listener: Listener) async throws(WebError) -> any Channel {
        do {
            switch listener {
            case .tcp(host: "", let port):
                do {
                    return try await bootstrap.bind(host: "::", port: port).get()
                } catch let error as IOError where error.errnoCode == EAFNOSUPPORT {
                    return try await bootstrap.bind(host: "0.0.0.0", port: port).get()
                }
            case .tcp(let host, let port): return try await bootstrap.bind(host: host, port: port).get()
            case .unix(let path):
                if UnixSocket.isLeftOver(path) { unlink(path) }
                return try await bootstrap.bind(unixDomainSocketPath: path).get()
            }
        } catch {
            throw WebError(listener, errno: (error as? IOError)?.errnoCode)
        }
    }

    private static func address(of listener: Listener, _ channel: any Channel) -> String {
        guard case .tcp(let host, _) = listener, let port = channel.localAddress?.port else {
            return listener.description
        }
        let shown = host.isEmpty ? "localhost" : host.contains(":") ? "[\(host)]" : host
        return "http://\(shown):\(port)"
    }
}

enum UnixSocket {
    /// Whether `path` is a socket that nobody listens on: what an agent leaves that was killed.
    static func isLeftOver(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return result != 0 && errno == ECONNREFUSED
    }
}
