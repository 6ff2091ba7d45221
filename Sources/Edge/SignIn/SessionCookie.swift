package import Domain
package import HTTPTypes

/// The cookie that holds a session's secret. One for each tenant, so that somebody can be signed in to two.
package struct SessionCookie: Sendable {
    private let name: String

    package init(slug: Slug) { name = "__Host-lectern-\(slug)" }

    /// Nil when the request has none that could be ours.
    package func token(in headers: HTTPFields) -> PlainToken? { headers.cookie(name, for: .session) }

    /// The value of `Set-Cookie`. The prefix of its name makes browsers insist on the attributes.
    package func setting(_ token: PlainToken) -> String {
        "\(name)=\(token.text); Path=/; Secure; HttpOnly; SameSite=Lax"
    }
    package var clearing: String { "\(name)=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0" }
}
