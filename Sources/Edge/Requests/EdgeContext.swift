package import Hummingbird
package import NIOCore

/// What is known of every request.
package struct EdgeContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    package let channel: any Channel
    /// The client's `X-Request-Id` if it is a decent one, else ours; in every answer and every log line.
    package var requestID = ""

    /// What `X-Forwarded-For` says, if it is an address.
    package var forwardedFor: String?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The address that the connection comes from.
    package var remoteAddress: String { channel.remoteAddress?.ipAddress ?? "unix" }

    /// Whether the connection comes from this machine, as a reverse proxy's does.
    package var isLocal: Bool { ["127.0.0.1", "::1", "unix"].contains(remoteAddress) }

    /// The address of who asks: what a reverse proxy on this machine says, else where the connection comes from.
    package var clientAddress: String { isLocal ? forwardedFor ?? remoteAddress : remoteAddress }

    /// The last address of the header, which is the one that the nearest proxy has seen itself.
    package static func forwardedAddress(_ header: String?) -> String? {
        guard let last = header?.split(separator: ",").last?.filter({ $0 != " " }), (2...45).contains(last.utf8.count),
            last.allSatisfy({ $0.isHexDigit || $0 == "." || $0 == ":" })
        else { return nil }
        return String(last)
    }
}
