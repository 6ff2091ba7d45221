package import HummingbirdCore
package import Logging
package import NIOCore
import ServiceLifecycle

/// The HTTP server, ended in phases: readiness fails and answers ask to reconnect, then no new connections, then
/// what is in flight is finished, then the end.
package struct DrainingServer: Service {
    private let channel: RequestChannel
    private let address: BindAddress
    private let drain: Drain
    private let pause: Duration
    private let patience: Duration
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let onRunning: @Sendable (any Channel) async -> Void

    /// - Parameters:
    ///   - pause: how long the server goes on accepting after it was told to end.
    ///   - patience: how long it then waits for what is in flight; connections still open are cut after that.
    package init(
        channel: RequestChannel, address: BindAddress, drain: Drain, pause: Duration, patience: Duration,
        eventLoopGroup: any EventLoopGroup, logger: Logger,
        onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) {
        self.channel = channel
        self.address = address
        self.drain = drain
        self.pause = pause
        self.patience = patience
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.onRunning = onRunning
    }

    package func run() async throws {
        let server = channel.server(
            configuration: ServerConfiguration(address: address, backlog: 1024), onServerRunning: onRunning,
            eventLoopGroup: eventLoopGroup,
            logger: Logger(label: "lectern.http", factory: { _ in SwiftLogNoOpLogHandler() }))
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: Logger(label: "lectern.lifecycle", factory: { _ in SwiftLogNoOpLogHandler() })))
        let (drain, pause, patience) = (drain, pause, patience)
        // Detached, because a group inside a group would end with the outer one at once, without the pause.
        let running = Task.detached { try await group.run() }
        try await withGracefulShutdownHandler {
            // Being detached it does not learn by itself that a service beside it has failed and all are to end.
            try await withTaskCancellationHandler {
                do { try await running.value } catch is CancellationError {}
            } onCancel: {
                running.cancel()
            }
        } onGracefulShutdown: {
            drain.begin()
            Task {
                try? await Task.sleep(for: pause)
                await group.triggerGracefulShutdown()
                try? await Task.sleep(for: patience)
                running.cancel()
            }
        }
    }
}
