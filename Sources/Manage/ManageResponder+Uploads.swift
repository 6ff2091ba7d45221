import Domain
package import Edge
import HTTPTypes

/// Files of users, the only requests to the console that may be large.
extension ManageResponder {
    /// - Parameter limits: of such a file.
    package func uploads(_ limits: HTTPLimits) -> LargeBodies {
        LargeBodies(
            bytes: limits.uploadBytes, time: limits.uploadTime, matches: { self.tenant(ofUpload: $0) != nil },
            admits: { await self.admitsUpload($0) })
    }

    /// The tenant that a file is sent to: by the page's exact path, and without a query.
    func tenant(ofUpload request: HTTPRequest) -> Slug? {
        guard request.method == .post, let path = request.path, !path.utf8.contains(UInt8(ascii: "?")) else {
            return nil
        }
        let pieces = parts.address.path(host: request.authority, path: path)
            .split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard pieces.count == 4, pieces[0].isEmpty, pieces[1] == "t", pieces[3] == UserImportController.path else {
            return nil
        }
        return Slug(pieces[2])
    }

    /// Whether somebody sends it who is signed in and may import users.
    private func admitsUpload(_ request: HTTPRequest) async -> Bool {
        guard let slug = tenant(ofUpload: request),
            let token = SessionCookie(slug: slug).token(in: request.headerFields),
            let tenant = try? await parts.tenants.tenant(slug: slug), tenant.status == .active,
            let user = try? await parts.signIn.signedInUser(
                TokenDigest(of: token.text), isUse: false, in: tenant.id)
        else { return false }
        return user.permissions.contains(.manageUsers)
    }
}
