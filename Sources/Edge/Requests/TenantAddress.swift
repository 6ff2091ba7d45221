package import Domain
package import Hummingbird

/// The address of a tenant: under `/t/{slug}`, or at the root of `{slug}.<base domain>` if one is configured.
package struct TenantAddress: Sendable {
    /// The beginning of every URL shown to people, without a slash at the end.
    package let publicURL: String
    package let baseDomain: String?

    package init(publicURL: String, baseDomain: String?) {
        var url = Substring(publicURL)
        while url.hasSuffix("/") { url = url.dropLast() }
        self.publicURL = String(url)
        self.baseDomain = baseDomain
    }

    /// The URL that the tenant's pages and endpoints lie under.
    package func url(of slug: Slug) -> String {
        guard let baseDomain, let scheme = publicURL.range(of: "://") else { return "\(publicURL)/t/\(slug)" }
        let port = publicURL[scheme.upperBound...].split(separator: ":").dropFirst().first.map { ":\($0)" } ?? ""
        return "\(publicURL[..<scheme.upperBound])\(slug).\(baseDomain)\(port)"
    }

    /// Whether only this machine can reach it.
    package var isOfThisMachine: Bool {
        let host = publicURL.firstRange(of: "://").map { publicURL[$0.upperBound...] } ?? publicURL[...]
        return ["127.0.0.1", "localhost", "[::1]"].contains { host == $0 || host.hasPrefix("\($0):") }
    }

    /// The Tenant URL that identity providers are given.
    package func scimURL(of slug: Slug) -> String { "\(url(of: slug))/scim/v2" }

    /// The path that the tenant's pages lie under, as a browser has to ask for it; without a slash at the end.
    package func path(of slug: Slug) -> String {
        let url = url(of: slug)
        guard let scheme = url.range(of: "://"), let slash = url[scheme.upperBound...].firstIndex(of: "/") else {
            return ""
        }
        return String(url[slash...])
    }

    /// Whether pages of this origin (RFC 6454) are the tenant's. Another tenant's are not: its people write what they
    /// like there one day.
    package func isOrigin(_ origin: String, of slug: Slug) -> Bool {
        origin == Self.origin(of: url(of: slug)) || origin == Self.origin(of: publicURL)
    }

    /// Scheme, host and port of a URL.
    private static func origin(of url: String) -> String? {
        guard let scheme = url.range(of: "://") else { return nil }
        return String(url[..<(url[scheme.upperBound...].firstIndex(of: "/") ?? url.endIndex)])
    }

    /// The path under `/t/{slug}` that a request for this host and path means. What lies outside of tenants does so at
    /// any host; a tenant's host serves no other tenant.
    package func path(host: String?, path: String) -> String {
        guard let baseDomain, let name = Self.name(ofHost: host), name.hasSuffix("." + baseDomain),
            let slug = Slug(name.dropLast(baseDomain.count + 1)), !path.hasPrefix("/saml/")
        else { return path }
        return path == "/t/\(slug)" || path.hasPrefix("/t/\(slug)/") ? path : "/t/\(slug)\(path)"
    }

    /// Whether the tenant has a host of its own and this is another one, which has none of its cookies.
    package func isElsewhere(host: String?, from slug: Slug) -> Bool {
        baseDomain.map { Self.name(ofHost: host) != "\(slug).\($0)" } ?? false
    }

    private static func name(ofHost host: String?) -> String? { host?.split(separator: ":").first?.lowercased() }
}

extension TenantAddress {
    /// The request as if it had come by way of `/t/{slug}`.
    package func rewriting(_ request: Request) -> Request {
        guard baseDomain != nil, let path = request.head.path else { return request }
        var head = request.head
        head.path = self.path(host: head.authority, path: path)
        return Request(head: head, body: request.body)
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
