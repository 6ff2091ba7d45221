import Domain
package import Edge
import HTTPTypes

/// Large bodies, such as a PUT of a group with tens of thousands of members: taken once the token was found good, before
/// they use more memory than those of any other request.
extension SCIMResponder {
    /// - Parameter time: for the body to arrive.
    package func largeBodies(time: Duration) -> LargeBodies {
        LargeBodies(
            bytes: limits.bodyBytes, time: time, matches: { slug(of: $0) != nil },
            admits: { request in
                guard let slug = slug(of: request) else { return false }
                return await authenticator.admits(request.headerFields, to: slug)
            })
    }

    /// The tenant to whose `/scim/v2` a body is sent.
    private func slug(of request: HTTPRequest) -> Slug? {
        guard [.post, .put, .patch].contains(request.method), let target = request.path else { return nil }
        let path = target.prefix { $0 != "?" }
        let pieces = address.path(host: request.authority, path: String(path)).split(separator: "/")
        guard pieces.count > 4, pieces[0] == "t", pieces[2] == "scim", pieces[3] == "v2" else { return nil }
        return Slug(pieces[1])
    }
}
