import Edge
import HTTPTypes
import Hummingbird
import SCIMAdapter

/// What lies below `/t/{tenant}`.
struct TenantRoutes {
    let scim: SCIMResponder

    func add(to router: Router<EdgeContext>) {
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for method in methods {
            router.on("t/:tenant/scim/v2/**", method: method) { request, context in await respond(request, context) }
            router.on("t/:tenant/scim/v2", method: method) { request, context in await respond(request, context) }
        }
    }

    /// The router has found the surface; the surface finds the rest, so that its every answer has its form.
    private func respond(_ request: Request, _ context: EdgeContext) async -> Response {
        let parts = request.uri.path.split(separator: "/")
        let path = parts.dropFirst(4).map { part in
            // What is no valid encoding names nothing; it is kept as it is and found nowhere.
            PercentEncoding.decode(part.utf8, plusIsBlank: false) ?? String(part)
        }
        return await scim.respond(to: request, slug: parts[1], path: path, context: context)
    }
}
