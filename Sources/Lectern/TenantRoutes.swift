import Edge
import Hummingbird
import Manage
import OAuthAdapter
import SCIMAdapter

/// The routes below `/t/{tenant}`, found by looking at the path once, because identity providers have short timeouts.
struct TenantRoutes {
    let scim: SCIMResponder
    let tokens: TokenEndpoint
    let console: ManageResponder

    /// Nil when the path is none of a tenant's; the router then says what it is.
    func respond(to request: Request, context: EdgeContext) async -> Response? {
        let parts = request.uri.path.utf8.split(separator: UInt8(ascii: "/"))
        guard parts.count >= 2, parts[0].elementsEqual("t".utf8) else { return nil }
        if parts.count == 2 || !Self.endpoints.contains(where: parts[2].elementsEqual) {
            let path = parts.dropFirst(2).map { String(decoding: $0, as: UTF8.self) }
            return await console.respond(to: request, slug: Substring(parts[1]), path: path, context: context)
        }
        if parts.count == 4, parts[2].elementsEqual("oauth2".utf8), parts[3].elementsEqual("token".utf8) {
            return await tokens.respond(to: request, slug: Substring(parts[1]), context: context)
        }
        guard parts.count >= 4, parts[2].elementsEqual("scim".utf8), parts[3].elementsEqual("v2".utf8) else {
            return nil
        }
        let path = parts.dropFirst(4).map { part in
            // A part with an invalid encoding is kept as it is, so that it matches nothing.
            PercentEncoding.decode(part, plusIsBlank: false) ?? String(decoding: part, as: UTF8.self)
        }
        return await scim.respond(to: request, slug: Substring(parts[1]), path: path, context: context)
    }

    /// The paths of machine interfaces; everything else belongs to the console, which explains in words that a page
    /// does not exist.
    private static let endpoints = ["scim", "oauth2"].map { Array($0.utf8) }
}
