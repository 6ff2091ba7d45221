import NIOCore

/// Watches how long a message takes to arrive, from its first byte on, and how many bytes its header has.
///
/// Stands before the decoder, because a header that never ends is seen by nobody behind it. One timer runs per
/// connection; it looks at the deadline when it fires instead of being set anew for every message.
final class MessageTimer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    enum Phase: Equatable {
        case header
        case body
        /// A body that may be larger than others, and take this long.
        case largeBody(Duration)
        /// The rest of a refused message, which is read for a while so that a client that is still sending sees the
        /// refusal.
        case leftover
        /// The message is complete and being answered.
        case answering
        case idle
    }

    private let limits: HTTPLimits
    private(set) var phase = Phase.header
    private var deadline = NIODeadline.now()
    private var headerBytes = 0
    private var scheduled: Scheduled<Void>?

    init(limits: HTTPLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        enter(.header)
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { scheduled?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if phase == .idle { enter(.header) }
        if phase == .header {
            headerBytes += unwrapInboundIn(data).readableBytes
            // A body may follow in the same packet, so a packet more than the limit is let through to the decoder.
            if headerBytes > limits.headerBytes + limits.urlBytes + limits.bodyBytes {
                context.close(promise: nil)
                return
            }
        }
        context.fireChannelRead(data)
    }

    func enter(_ phase: Phase) {
        self.phase = phase
        switch phase {
        case .header:
            headerBytes = 0
            deadline = .now() + .init(limits.headerTime)
        case .body, .leftover: deadline = .now() + .init(limits.bodyTime)
        case .largeBody(let time): deadline = .now() + .init(time)
        case .idle: deadline = .now() + .init(limits.idleTime)
        case .answering: deadline = .distantFuture
        }
    }

    private func schedule(_ context: ChannelHandlerContext) {
        // The wait is bounded so that a deadline that moves closer is seen in time.
        let next = min(deadline, .now() + .seconds(5))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        scheduled = context.eventLoop.scheduleTask(deadline: next) {
            let (timer, context) = bound.value
            if timer.deadline <= .now() {
                context.pipeline.fireUserInboundEventTriggered(MessageTimedOut())
            } else {
                timer.schedule(context)
            }
        }
    }
}

/// The message did not arrive in time, or none came on an idle connection.
struct MessageTimedOut {}
