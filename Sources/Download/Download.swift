import AsyncHTTPClient
package import Domain
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Fetches a document that somebody has given the address of: over https, from public addresses only, resolved once and
/// connected to what was resolved, without following redirects.
package enum Download {
    private static let patience = TimeAmount.seconds(8)
    private static let mostBytes = 1 << 20
    private static let longestURL = 2000

    /// - Parameter accept: the media types that are asked for.
    package static func fetch(_ url: String, accept: String) async throws(DownloadProblem) -> [UInt8] {
        guard url.utf8.count <= longestURL, let parts = URLComponents(string: url), parts.scheme == "https",
            let host = parts.host, !host.isEmpty, host.first != "[", parts.user == nil, parts.password == nil,
            parts.fragment == nil,
            parts.port == nil || parts.port == 443
        else { throw .badAddress }
        let address = try await resolve(host)
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: patience, read: patience)
        configuration.httpVersion = .http1Only
        // The certificate is still checked for the name.
        configuration.dnsOverride = [host: address]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<[UInt8], DownloadProblem>
        do { result = .success(try await get(url, accept, client)) } catch {
            result = .failure(error is NIOTooManyBytesError ? .tooLarge : .noAnswer)
        }
        try? await client.shutdown()
        return try result.get()
    }

    private struct Refused: Error {}

    private static func get(_ url: String, _ accept: String, _ client: HTTPClient) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "accept", value: accept)
        let response = try await client.execute(request, deadline: .now() + patience)
        guard response.status == .ok else { throw Refused() }
        return Array(buffer: try await response.body.collect(upTo: mostBytes))
    }

    /// The address that the name leads to, if that is a public one.
    private static func resolve(_ host: String) async throws(DownloadProblem) -> String {
        let address: SocketAddress
        do {
            address = try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.makeAddressResolvingHost(host, port: 443)
            }
        } catch { throw .noAnswer }
        guard let text = address.ipAddress, PublicAddress.contains(address.bytes) else { throw .badAddress }
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
