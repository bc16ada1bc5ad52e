// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Told to every connection when the server stops: idle ones close, others after their answer.
struct ServerStops: Sendable {}

/// Answers the requests of one connection, one after the other. Confined to the connection's event loop.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let site: any Site
    private let pages: [any Page]
    private let limits: ServerLimits
    private let connections: Connections
    private var head: HTTPRequestHead?
    private var bodyBytes = 0
    /// The body of the request that arrives; nil when it is not read.
    private var form: ByteBuffer?
    /// A request has been answered or is being answered; what else arrives of it is thrown away.
    private var isAnswering = false
    private var closesAfter = false
    private var timer: Scheduled<Void>?

    init(_ site: any Site, _ pages: [any Page], _ limits: ServerLimits, _ connections: Connections) {
        self.site = site
        self.pages = pages
        self.limits = limits
        self.connections = connections
    }

    func channelActive(context: ChannelHandlerContext) {
        closeUnlessDone(within: limits.idle, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            bodyBytes = 0
            form = takesForm(head) || changes(head) ? ByteBuffer() : nil
            if let refusal = refusal(of: head) { refuse(refusal, context) }
        case .body(var bytes):
            bodyBytes += bytes.readableBytes
            if bodyBytes <= limits.body { form?.writeBuffer(&bytes) }
            if bodyBytes > limits.body, !isAnswering {
                refuse(.text(413, "The request's body is larger than \(limits.body) bytes."), context)
            }
        case .end:
            if let head, !isAnswering { answer(head, context) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ServerStops else { return context.fireUserInboundEventTriggered(event) }
        closesAfter = true
        if !isAnswering { context.close(promise: nil) }
    }

    /// Bytes that are no HTTP get one answer; a connection that broke gets none.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError, !isAnswering else { return context.close(promise: nil) }
        refuse(.text(400, "This is not an HTTP request."), context)
    }

    private func page(_ head: HTTPRequestHead) -> (any Page)? {
        let path = QueryParameter.path(of: head.uri)
        return pages.first { $0.answers(path) }
    }

    /// Whether the body is a form, and its page reads it.
    private func takesForm(_ head: HTTPRequestHead) -> Bool {
        let type = head.headers.first(name: "Content-Type")?.split(separator: ";").first?.lowercased()
        return head.method == .POST && type == "application/x-www-form-urlencoded" && page(head)?.takesForm == true
    }

    /// Whether the request would change something, and its page does that.
    private func changes(_ head: HTTPRequestHead) -> Bool {
        page(head)?.changes.contains(head.method.rawValue) == true
    }

    private func refusal(of head: HTTPRequestHead) -> PageResponse? {
        guard head.uri.utf8.count <= limits.target else {
            return .text(414, "The request's target is longer than \(limits.target) bytes.")
        }
        let size = head.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard size <= limits.headers else {
            return .text(431, "The request's header fields are larger than \(limits.headers) bytes.")
        }
        return nil
    }

    /// Answers before the request is complete, so that the connection cannot go on.
    private func refuse(_ response: PageResponse, _ context: ChannelHandlerContext) {
        begin(context)
        closesAfter = true
        write(response, to: head, context)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        begin(context)
        timer?.cancel()
        guard let page = page(head) else {
            return write(.text(404, "There is no page here; / lists those there are."), to: head, context)
        }
        guard head.method == .GET || head.method == .HEAD || form != nil else {
            return write(Self.refusal(of: head.method, by: page), to: head, context)
        }
        let target = QueryParameter.split(head.uri)
        let changes = changes(head)
        let fields = changes ? [] : form.map { QueryParameter.all(in: String(buffer: $0)[...]) } ?? []
        let request = PageRequest(
            path: target.path, acceptsGzip: head.headers["Accept-Encoding"].contains { Gzip.isAccepted(by: $0) },
            query: fields + target.query, client: context.remoteAddress?.ipAddress ?? "", method: head.method.rawValue,
            body: changes ? form.map { Array($0.readableBytesView) } ?? [] : [])
        form = nil
        let site = site
        let origin = changes ? ChangeGuard(head, listener: context.channel.parent?.localAddress) : nil
        context.eventLoop.makeFutureWithTask {
            if let origin, let sentence = origin.refusal(await site.changeRules()) { return page.refusal(sentence) }
            return await page.respond(to: request, from: site)
        }
        .assumeIsolated().whenSuccess { self.write($0, to: head, context) }
    }

    private func begin(_ context: ChannelHandlerContext) {
        isAnswering = true
        connections.note(context.channel, isAnswered: true)
    }

    private static func refusal(of method: HTTPMethod, by page: any Page) -> PageResponse {
        if page.takesForm, method == .POST {
            return .text(415, "This page takes a body of the type application/x-www-form-urlencoded only.")
        }
        let methods = (["GET", "HEAD"] + (page.takesForm ? ["POST"] : page.changes)).joined(separator: ", ")
        let sentence =
            methods == "GET, HEAD" ? "This page takes GET and HEAD only." : "This page takes \(methods) only."
        var response = PageResponse.text(405, sentence)
        response.headers.append(("Allow", methods))
        return response
    }

    private func write(_ response: PageResponse, to request: HTTPRequestHead?, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        closeUnlessDone(within: limits.writing, context)
        let closes = closesAfter || request?.isKeepAlive != true
        var headers = HTTPHeaders(response.headers)
        headers.add(name: "Content-Length", value: String(response.body.count))
        if closes {
            headers.add(name: "Connection", value: "close")
        } else if request?.version == .http1_0 {
            headers.add(name: "Connection", value: "keep-alive")
        }
        let status = HTTPResponseStatus(statusCode: response.status)
        let version = request?.version ?? .http1_1
        context.write(wrapOutboundOut(.head(.init(version: version, status: status, headers: headers))), promise: nil)
        write(request?.method == .HEAD ? [] : response.body[...], closes, context)
    }

    /// Writes a part of the body, and the rest once the kernel has taken it: what a slow reader costs is one part, since
    /// the body itself is shared by all who are sent the same.
    private func write(_ body: ArraySlice<UInt8>, _ closes: Bool, _ context: ChannelHandlerContext) {
        let part = body.prefix(limits.part)
        let rest = body.dropFirst(part.count)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { result in
            // Later, as this may be called within the write: neither parts nor pipelined requests must nest.
            context.eventLoop.assumeIsolated().execute {
                if case .success = result, !rest.isEmpty { return self.write(rest, closes, context) }
                self.answered(result, closes, context)
            }
        }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: part)))), promise: written)
    }

    private func answered(_ result: Result<Void, any Error>, _ closes: Bool, _ context: ChannelHandlerContext) {
        guard case .success = result, !closes, !closesAfter, context.channel.isActive else {
            return context.close(promise: nil)
        }
        isAnswering = false
        head = nil
        connections.note(context.channel, isAnswered: false)
        closeUnlessDone(within: limits.idle, context)
        // This lets the next pipelined request in, and nothing before does: one answer is under way, however many a client
        // asks for that reads none. With a Content-Length it is no byte, so that there is nothing to flush.
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func closeUnlessDone(within time: Duration, _ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) {
            context.close(promise: nil)
        }
    }
}
