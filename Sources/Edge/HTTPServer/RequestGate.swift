import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Takes whole requests out of the stream of message parts, refuses those that break a rule of HTTP or a limit, and
/// writes the answers.
///
/// One request of a connection is answered at a time; NIO's pipeline handler before this one holds back the next.
final class RequestGate: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    typealias Answer = @Sendable (Request, any Channel, ResponseSink) -> Void

    private let limits: HTTPLimits
    private let timer: MessageTimer
    private let answer: Answer
    private let drain: Drain
    private var head: HTTPRequestHead?
    /// Of the message that is being read, or was the last.
    private var header: HTTPHeaders?
    private var body = ByteBuffer()
    private var isUpload = false
    private var isRefusing = false
    private var leftoverBytes = 0
    private var closesAfterAnswer = false

    init(limits: HTTPLimits, timer: MessageTimer, drain: Drain, answer: @escaping Answer) {
        self.limits = limits
        self.timer = timer
        self.drain = drain
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRefusing { return discard(data, context) }
        switch unwrapInboundIn(data) {
        case .head(let head):
            header = head.headers
            if let refusal = refusal(of: head) { return refuse(refusal, context) }
            isUpload = limits.isUpload(head.uri)
            timer.enter(isUpload ? .upload : .body)
            self.head = head
            if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
                context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
            }
        case .body(var part):
            if body.readableBytes + part.readableBytes > bodyBytes(isUpload) {
                return refuse(.payloadTooLarge, context)
            }
            if body.capacity == 0 { body = part } else { body.writeBuffer(&part) }
        case .end: dispatch(context)
        }
    }

    /// What comes after a refusal. A connection that is closed with bytes unread is reset, and the refusal is lost.
    private func discard(_ data: NIOAny, _ context: ChannelHandlerContext) {
        switch unwrapInboundIn(data) {
        case .head: context.close(promise: nil)
        case .body(let part):
            leftoverBytes += part.readableBytes
            if leftoverBytes > limits.uploadBytes { context.close(promise: nil) }
        case .end: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isRefusing, case .some(.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
        if event is MessageTimedOut {
            // An idle connection just ends; somebody in the middle of a message is told why.
            if isRefusing || timer.phase == .idle || timer.phase == .answering || head == nil {
                context.close(promise: nil)
            } else {
                refuse(.requestTimeout, context)
            }
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow: refuse(.requestHeaderFieldsTooLarge, context)
        case is HTTPParserError: refuse(.badRequest, context)
        default: context.close(promise: nil)
        }
    }

    // MARK: Rules

    private func refusal(of head: HTTPRequestHead) -> HTTPResponseStatus? {
        if head.uri.utf8.count > limits.urlBytes { return .uriTooLong }
        if head.headers.count > limits.headerFields { return .requestHeaderFieldsTooLarge }
        let hosts = head.headers["host"].count
        if hosts > 1 || hosts == 0 && head.version == .http1_1 { return .badRequest }
        let lengths = head.headers["content-length"]
        let codings = head.headers["transfer-encoding"]
        // One way to find where a message ends (RFC 9112 §6.3), so that nothing in between can disagree.
        if lengths.count > 1 || codings.count > 1 || !lengths.isEmpty && !codings.isEmpty { return .badRequest }
        if let coding = codings.first, coding.lowercased() != "chunked" { return .notImplemented }
        if let length = lengths.first {
            guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return .badRequest }
            guard let bytes = Int(length), bytes <= bodyBytes(limits.isUpload(head.uri)) else {
                return .payloadTooLarge
            }
        }
        return head.uri.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } ? nil : .badRequest
    }

    private func bodyBytes(_ isUpload: Bool) -> Int { isUpload ? limits.uploadBytes : limits.bodyBytes }

    // MARK: Answers

    private func dispatch(_ context: ChannelHandlerContext) {
        guard let head else { return }
        timer.enter(.answering)
        closesAfterAnswer = !head.isKeepAlive
        let complete = body
        self.head = nil
        body = ByteBuffer()
        guard let request = try? HTTPRequest(head, secure: false, splitCookie: false) else {
            return refuse(.badRequest, context)
        }
        let sink = ResponseSink(
            gate: NIOLoopBound((self, context), eventLoop: context.eventLoop), eventLoop: context.eventLoop)
        answer(Request(head: request, body: .init(buffer: complete)), context.channel, sink)
    }

    func write(_ response: HTTPResponse, body: ByteBuffer, isLast: Bool, _ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(response)
        if drain.isDraining { closesAfterAnswer = true }
        if closesAfterAnswer { head.headers.replaceOrAdd(name: "connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        writeBody(body, isLast: isLast, context)
    }

    func writeBody(_ body: ByteBuffer, isLast: Bool, _ context: ChannelHandlerContext) {
        if body.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        guard isLast else { return context.flush() }
        timer.enter(.idle)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if closesAfterAnswer { context.close(mode: .output, promise: nil) }
    }

    func abandon(_ context: ChannelHandlerContext) { context.close(promise: nil) }

    /// Answers what never became a request, and ends the connection: where the next message begins is not known.
    private func refuse(_ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        if isRefusing { return }
        isRefusing = true
        timer.enter(.answering)
        let refusal = MessageRefusal(status, to: header)
        let body = refusal.body
        var headers = HTTPHeaders([
            ("content-type", refusal.mediaType), ("content-length", "\(body.count)"), ("connection", "close"),
            ("x-content-type-options", "nosniff"), ("content-security-policy", "default-src 'none'"),
        ])
        if status == .methodNotAllowed { headers.add(name: "allow", value: "GET") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        if status == .payloadTooLarge { timer.enter(.leftover) }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            bound.value.close(mode: status == .payloadTooLarge ? .output : .all, promise: nil)
        }
    }
}

/// Where the answer to one request goes, from any thread.
package struct ResponseSink: Sendable {
    fileprivate let gate: NIOLoopBound<(RequestGate, ChannelHandlerContext)>
    fileprivate let eventLoop: any EventLoop

    /// Writes a whole answer.
    func send(_ response: HTTPResponse, body: ByteBuffer) {
        eventLoop.execute {
            let (gate, context) = gate.value
            gate.write(response, body: body, isLast: true, context)
        }
    }

    /// Writes the beginning of a long answer; returns when the connection has taken it.
    func begin(_ response: HTTPResponse, body: ByteBuffer) async throws {
        try await eventLoop.submit {
            let (gate, context) = gate.value
            gate.write(response, body: body, isLast: false, context)
        }.get()
    }

    func proceed(_ body: ByteBuffer, isLast: Bool) async throws {
        try await eventLoop.submit {
            let (gate, context) = gate.value
            gate.writeBody(body, isLast: isLast, context)
        }.get()
    }

    /// Ends the connection in the middle of an answer that cannot be completed.
    func abandon() {
        eventLoop.execute {
            let (gate, context) = gate.value
            gate.abandon(context)
        }
    }
}
