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
    private let bodies: RequestBodies
    private var head: HTTPRequestHead?
    /// Of the message that is being read, or was the last.
    private var header: HTTPHeaders?
    private var body = ByteBuffer()
    /// The memory that the body takes, as the budget counts it.
    private var counted = 0
    private var network = ""
    private var admission = Admission.none
    private var isComplete = false
    private var isRefusing = false
    private var leftoverBytes = 0
    private var closesAfterAnswer = false

    /// Whether the message may have a larger body than others.
    private enum Admission {
        case none
        /// The sender is being authenticated; bytes that arrive meanwhile count as those of any other request.
        case asked(LargeBodies)
        case given(LargeBodies)
    }

    init(limits: HTTPLimits, bodies: RequestBodies, timer: MessageTimer, drain: Drain, answer: @escaping Answer) {
        self.limits = limits
        self.bodies = bodies
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
            timer.enter(.body)
            self.head = head
            network = bodies.network(of: head.headers, on: context.channel)
            if let large = largeBodies(of: head) {
                ask(for: head, large, context)
            } else {
                goOn(context)
            }
        case .body(let part): take(part, context)
        case .end:
            if case .asked = admission { isComplete = true } else { dispatch(context) }
        }
    }

    /// Sends `100 Continue` to a client that waits for it before sending the body.
    private func goOn(_ context: ChannelHandlerContext) {
        if head?.headers.first(name: "expect")?.lowercased() == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
        }
    }

    private func take(_ part: ByteBuffer, _ context: ChannelHandlerContext) {
        let length = body.readableBytes + part.readableBytes
        if length > bodyBytes {
            guard case .asked(let large) = admission, length <= large.bytes else {
                return refuse(.payloadTooLarge, context)
            }
            // The rest waits in the socket until it is known who sends it.
            setReading(false, context)
        }
        // Copied, because a part may hold on to a far larger piece of what was received.
        if length > body.capacity {
            let capacity = Self.capacity(for: length)
            if !bodies.budget.grow(from: counted, to: capacity, of: network) {
                return refuse(.serviceUnavailable, context)
            }
            counted = capacity
            body.reserveCapacity(capacity)
        }
        body.writeImmutableBuffer(part)
    }

    /// Buffers have a power of two bytes.
    private static func capacity(for bytes: Int) -> Int {
        bytes <= 1 ? bytes : 1 << (Int.bitWidth - (bytes - 1).leadingZeroBitCount)
    }

    private func giveBack() {
        bodies.budget.giveBack(counted, of: network)
        counted = 0
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        (head, admission) = (nil, .none)
        giveBack()
    }

    // MARK: Large bodies

    /// Nil unless the message may be larger than others, and is of a kind that may.
    private func largeBodies(of head: HTTPRequestHead) -> LargeBodies? {
        let length = head.headers.first(name: "content-length").flatMap { Int($0) }
        guard head.headers.contains(name: "transfer-encoding") || (length ?? 0) > limits.bodyBytes,
            let request = try? HTTPRequest(head, secure: false, splitCookie: false)
        else { return nil }
        return bodies.large.first { $0.matches(request) }
    }

    private func ask(for head: HTTPRequestHead, _ large: LargeBodies, _ context: ChannelHandlerContext) {
        guard let request = try? HTTPRequest(head, secure: false, splitCookie: false) else { return goOn(context) }
        admission = .asked(large)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        Task {
            let isAdmitted = await large.admits(request)
            eventLoop.execute {
                let (gate, context) = bound.value
                gate.settle(isAdmitted, large, context)
            }
        }
    }

    private func settle(_ isAdmitted: Bool, _ large: LargeBodies, _ context: ChannelHandlerContext) {
        // It was refused, or the connection has ended, meanwhile.
        guard case .asked = admission, head != nil, !isRefusing else { return }
        setReading(true, context)
        admission = isAdmitted ? .given(large) : .none
        if body.readableBytes > bodyBytes { return refuse(.unauthorized, context) }
        if isComplete { return dispatch(context) }
        if !isAdmitted, (head?.headers.first(name: "content-length").flatMap { Int($0) } ?? 0) > bodyBytes {
            return refuse(.unauthorized, context)
        }
        if isAdmitted { timer.enter(.largeBody(large.time)) }
        goOn(context)
    }

    private func setReading(_ isReading: Bool, _ context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: isReading)
        if isReading { context.channel.read() }
    }

    /// Bytes that are read after a refusal.
    private static let leftoverBytes = 16_777_216

    /// Discards the bytes that arrive after a refusal. A connection that is closed with unread bytes is reset, and the
    /// refusal is lost.
    private func discard(_ data: NIOAny, _ context: ChannelHandlerContext) {
        switch unwrapInboundIn(data) {
        case .head: context.close(promise: nil)
        case .body(let part):
            leftoverBytes += part.readableBytes
            if leftoverBytes > Self.leftoverBytes { context.close(promise: nil) }
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
            guard let bytes = Int(length), bytes <= largeBodies(of: head)?.bytes ?? limits.bodyBytes else {
                return .payloadTooLarge
            }
        }
        return head.uri.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } ? nil : .badRequest
    }

    /// The longest body that the message may have, as far as is known.
    private var bodyBytes: Int {
        if case .given(let large) = admission { large.bytes } else { limits.bodyBytes }
    }

    // MARK: Answers

    private func dispatch(_ context: ChannelHandlerContext) {
        guard let head else { return }
        timer.enter(.answering)
        closesAfterAnswer = !head.isKeepAlive
        let complete = body
        self.head = nil
        body = ByteBuffer()
        (admission, isComplete) = (.none, false)
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
        giveBack()
        timer.enter(.idle)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if closesAfterAnswer { context.close(mode: .output, promise: nil) }
    }

    func abandon(_ context: ChannelHandlerContext) { context.close(promise: nil) }

    /// Answers what never became a request, and ends the connection: where the next message begins is not known.
    private func refuse(_ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        if isRefusing { return }
        isRefusing = true
        admission = .none
        body = ByteBuffer()
        giveBack()
        setReading(true, context)
        timer.enter(.answering)
        let refusal = MessageRefusal(status, to: header)
        let body = refusal.body
        var headers = HTTPHeaders([
            ("content-type", refusal.mediaType), ("content-length", "\(body.count)"), ("connection", "close"),
            ("x-content-type-options", "nosniff"), ("content-security-policy", "default-src 'none'"),
        ])
        if status == .methodNotAllowed { headers.add(name: "allow", value: "GET") }
        if status == .serviceUnavailable { headers.add(name: "retry-after", value: "2") }
        // Others are still sending.
        let isRead = [.payloadTooLarge, .unauthorized, .serviceUnavailable].contains(status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        if isRead { timer.enter(.leftover) }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            bound.value.close(mode: isRead ? .output : .all, promise: nil)
        }
    }
}

/// The destination of the answer to one request; it may be used from any thread.
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
