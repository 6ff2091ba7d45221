import HTTPTypes
package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1

/// A connection of the HTTP server: bytes in, whole requests to the responder, each on the next of the executors.
package struct RequestChannel: ServerChildChannel {
    package struct Connection: ServerChildChannelValue {
        package let channel: any Channel
    }

    package typealias Responder = @Sendable (Request, any Channel) async -> Response

    private let limits: HTTPLimits
    private let bodies: RequestBodies
    private let drain: Drain
    private let executors: TaskExecutors
    private let responder: Responder

    /// - Parameters:
    ///   - largeBodies: requests whose bodies may be larger than others'.
    ///   - proxies: that tell the networks which memory for bodies is counted by.
    package init(
        limits: HTTPLimits, largeBodies: [LargeBodies] = [], proxies: TrustedProxies = .loopback, drain: Drain,
        executors: TaskExecutors, responder: @escaping Responder
    ) {
        self.limits = limits
        bodies = RequestBodies(large: largeBodies, budget: BodyBudget(limits: limits), proxies: proxies)
        self.drain = drain
        self.executors = executors
        self.responder = responder
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        let executor = executors.next()
        let responder = responder
        return channel.eventLoop.makeCompletedFuture {
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = limits.headerBytes
            decoder.maxHeaderListSize = limits.headerBytes
            decoder.maxHeaderFieldCount = limits.headerFields
            let pipeline = channel.pipeline.syncOperations
            let timer = MessageTimer(limits: limits)
            try pipeline.addHandler(timer)
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: true, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
            try pipeline.addHandler(
                RequestGate(limits: limits, bodies: bodies, timer: timer, drain: drain) { request, channel, sink in
                    Task(executorPreference: executor) {
                        let response = await responder(request, channel)
                        await Self.send(response, to: sink)
                    }
                })
            return Connection(channel: channel)
        }
    }

    package func handle(value: Connection, logger: Logger) async {
        await withTaskCancellationHandler {
            try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }

    private static func send(_ response: Response, to sink: ResponseSink) async {
        do {
            try await response.body.write(GatheringBodyWriter(head: response.head, sink: sink))
        } catch {
            sink.abandon()
        }
    }
}

/// Sends a short body with its head in one piece and a long one as it comes.
private struct GatheringBodyWriter: ResponseBodyWriter {
    private let head: HTTPResponse
    private let sink: ResponseSink
    private var gathered = ByteBuffer()
    private var hasBegun = false

    private static let pieceBytes = 64 * 1024

    init(head: HTTPResponse, sink: ResponseSink) {
        self.head = head
        self.sink = sink
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        if gathered.readableBytes == 0 {
            gathered = buffer
        } else {
            var buffer = buffer
            gathered.writeBuffer(&buffer)
        }
        let isWhole = head.headerFields[.contentLength] != nil
        if !isWhole || hasBegun, gathered.readableBytes >= Self.pieceBytes { try await flush() }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        if hasBegun {
            try await sink.proceed(gathered, isLast: true)
        } else {
            sink.send(head, body: gathered)
        }
    }

    private mutating func flush() async throws {
        if hasBegun {
            try await sink.proceed(gathered, isLast: false)
        } else {
            try await sink.begin(head, body: gathered)
        }
        hasBegun = true
        gathered = ByteBuffer()
    }
}
