package import Domain
package import HTTPTypes

/// The cookie that binds the step between password and code to the browser where the password was typed.
package struct StepCookie: Sendable {
    private let name: String

    package init(slug: Slug) { name = "__Host-lectern_step-\(slug)" }

    /// Nil when the request has none that could be ours.
    package func token(in headers: HTTPFields) -> PlainToken? { headers.cookie(name, for: .browser) }

    /// The value of `Set-Cookie`.
    package func setting(_ token: PlainToken) -> String {
        "\(name)=\(token.text); Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=\(SignInStep.lifetime)"
    }
}

extension HTTPFields {
    /// The secret that the cookie of this name holds; nil for anything that cannot be one of ours.
    func cookie(_ name: String, for use: PlainToken.Use) -> PlainToken? {
        for header in self[values: .cookie] {
            for pair in header.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                guard pair.hasPrefix(name + "=") else { continue }
                return PlainToken(text: String(pair.dropFirst(name.count + 1)), for: use)
            }
        }
        return nil
    }
}
