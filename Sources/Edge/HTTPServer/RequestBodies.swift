import HTTPTypes
import NIOCore
import NIOHTTP1

/// The limits on request bodies that all connections share.
struct RequestBodies: Sendable {
    let large: [LargeBodies]
    let budget: BodyBudget
    let proxies: TrustedProxies

    /// The network of the client.
    func network(of headers: HTTPHeaders, on channel: any Channel) -> String {
        var noted = HTTPFields()
        for name in [HTTPField.Name.forwardedFor, .forwarded] {
            for value in headers[name.canonicalName] { noted.append(HTTPField(name: name, value: value)) }
        }
        let remote = channel.remoteAddress?.ipAddress.flatMap { NetworkAddress($0) }
        return ClientNetwork.name(of: proxies.client(remote: remote, noted))
    }
}
