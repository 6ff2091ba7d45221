package import Hummingbird
package import NIOCore

/// What is known of every request.
package struct EdgeContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    package let channel: any Channel
    /// The client's `X-Request-Id` if it is a decent one, else ours; in every answer and every log line.
    package var requestID = ""

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The address that the connection comes from.
    package var remoteAddress: String { channel.remoteAddress?.ipAddress ?? "unix" }
}
