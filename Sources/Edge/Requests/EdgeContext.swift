import HTTPTypes
package import Hummingbird
package import NIOCore

/// The context of a request, known before any route is.
package struct EdgeContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    package let channel: any Channel
    /// The client's `X-Request-Id` if it is a decent one, else ours; in every answer and every log line.
    package var requestID = ""

    /// The address of the client, as `TrustedProxies` tells it; where the connection comes from until it was asked.
    package var clientAddress: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        clientAddress = channel.remoteAddress?.ipAddress ?? "unix"
    }

    /// The address that the connection comes from; nil for a socket of this machine's file system.
    package var remoteAddress: NetworkAddress? { channel.remoteAddress?.ipAddress.flatMap { NetworkAddress($0) } }

    /// Whether the connection comes from this machine, as a reverse proxy's may.
    package var isLocal: Bool {
        guard let address = channel.remoteAddress?.ipAddress else { return true }
        return ["127.0.0.1", "::1"].contains(address)
    }
}

extension Request {
    /// Whether a reverse proxy has passed it on: proxies say that they are there (RFC 7239, RFC 9110 §7.6.3, and what was
    /// used before).
    package var hasPassedProxy: Bool {
        ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"].contains { name in
            HTTPField.Name(name).map { headers.contains($0) } ?? false
        }
    }

    /// Whether whoever sends it sits at this machine, and asks it by a name that is this machine's only: pages of other
    /// sites can lead a name of theirs here (DNS rebinding).
    package func isFromThisMachine(_ context: EdgeContext) -> Bool {
        guard context.isLocal, !hasPassedProxy, let authority = head.authority?.lowercased() else { return false }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]"].contains { host == $0 } || host.hasSuffix(".localhost")
    }
}
