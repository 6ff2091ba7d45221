import AsyncHTTPClient
package import Domain
import NIOCore
import NIOHTTP1
import NIOPosix

/// Fetches key sets over https from public addresses only: resolved once, connected to what was resolved, no redirects.
package enum KeySetDownload {
    private static let patience = TimeAmount.seconds(5)
    private static let mostBytes = 1 << 20

    private struct Refused: Error {}

    @Sendable package static func fetch(_ url: KeySetURL) async throws -> [UInt8] {
        let address = try await resolve(url.host)
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: patience, read: patience)
        configuration.httpVersion = .http1Only
        // The certificate is still checked for the name.
        configuration.dnsOverride = [url.host: address]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let bytes = try await get(url, client)
            try await client.shutdown()
            return bytes
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private static func get(_ url: KeySetURL, _ client: HTTPClient) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url.description)
        request.headers.add(name: "accept", value: "application/json")
        let response = try await client.execute(request, deadline: .now() + patience)
        guard response.status == .ok else { throw Refused() }
        return Array(buffer: try await response.body.collect(upTo: mostBytes))
    }

    /// The address that the name leads to, if that is a public one.
    private static func resolve(_ host: String) async throws -> String {
        let address = try await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(host, port: 443)
        }
        guard let text = address.ipAddress, PublicAddress.contains(address.bytes) else { throw Refused() }
        return text
    }
}

extension SocketAddress {
    fileprivate var bytes: [UInt8] {
        switch self {
        case .v4(let address): withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
        case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
        case .unixDomainSocket: []
        }
    }
}
