import Edge
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// A browser: it keeps cookies, and sends each where its attributes let it (RFC 6265bis §5.6.7.1).
final class Browser: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var location: String { headers[.location] ?? "" }
        var cookies: [String] { headers[values: .setCookie] }

        /// The value of a field in the page, or in the query of where it leads.
        func field(_ name: String) -> String? {
            if let start = text.firstRange(of: "name=\"\(name)\" value=\"")?.upperBound {
                return String(text[start...].prefix { $0 != "\"" })
            }
            return Form((location.split(separator: "?", maxSplits: 1).dropFirst().first ?? "").utf8)?[name]
        }
    }

    /// The page whose link or form is followed.
    enum From { case nowhere, own, other }

    let site: Site
    private let jar = Mutex<[String: (value: String, attributes: String, host: String)]>([:])

    init(_ site: Site) { self.site = site }

    /// As they would be sent.
    var cookies: [String] { jar.withLock { jar in jar.map { "\($0.key)=\($0.value.value)" } } }

    /// Puts a cookie of another browser into this one.
    func plant(_ cookie: String) {
        let name = String(cookie.prefix { $0 != "=" })
        let host = Self.place("").host
        jar.withLock { $0[name] = (String(cookie.dropFirst(name.count + 1)), "SameSite=Lax", host) }
    }

    func forget(_ name: String) { jar.withLock { $0[name] = nil } }

    func get(_ path: String, from: From = .nowhere, headers: HTTPFields = [:]) async -> Answer {
        await send(.get, path, nil, from, headers)
    }

    func head(_ path: String) async -> Answer { await send(.head, path, nil, .nowhere, [:]) }

    /// A form, of the provider's page unless told otherwise.
    func post(_ path: String, _ fields: [String: String], from: From = .other) async -> Answer {
        let body = fields.map { "\(PercentEncoding.encode($0))=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        headers[.origin] = from == .own ? "https://\(Self.place(path).host)" : "https://idp.example"
        return await send(.post, path, body, from, headers)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String?, _ from: From, _ headers: HTTPFields
    ) async -> Answer {
        let (host, path) = Self.place(path)
        var head = HTTPRequest(method: method, scheme: nil, authority: host, path: path)
        head.headerFields = headers
        let sent = jar.withLock { jar in
            jar.filter { $0.value.host == host }
                .filter { from != .other || method == .get || $0.value.attributes.contains("SameSite=None") }
                .map { "\($0.key)=\($0.value.value)" }
        }
        if !sent.isEmpty { head.headerFields[.cookie] = sent.joined(separator: "; ") }
        switch from {
        case .nowhere: break
        case .own: head.headerFields[Self.site] = "same-origin"
        case .other: head.headerFields[Self.site] = "cross-site"
        }
        let response = await site.respond(
            to: Request(head: head, body: .init(buffer: ByteBuffer(string: body ?? ""))))
        keep(response.headers[values: .setCookie], of: host)
        let writer = Writer()
        try? await response.body.write(writer)
        return Answer(status: response.status.code, headers: response.headers, bytes: writer.bytes)
    }

    private static let site = HTTPField.Name("Sec-Fetch-Site")!

    /// An address without a host is the site's.
    private static func place(_ address: String) -> (host: String, path: String) {
        guard let scheme = address.firstRange(of: "://"), !address.hasPrefix("/") else {
            return (String(Site.origin.dropFirst("https://".count)), address)
        }
        let host = address[scheme.upperBound...].prefix { $0 != "/" }
        return (String(host), String(address[host.endIndex...]))
    }

    private func keep(_ cookies: [String], of host: String) {
        for cookie in cookies {
            let pair = cookie.prefix { $0 != ";" }
            let name = String(pair.prefix { $0 != "=" })
            let value = String(pair.dropFirst(name.count + 1))
            let attributes = String(cookie.dropFirst(pair.count))
            jar.withLock { $0[name] = value.isEmpty ? nil : (value, attributes, host) }
        }
    }
}

private final class Writer: ResponseBodyWriter, @unchecked Sendable {
    var bytes: [UInt8] = []
    func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer: buffer) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
