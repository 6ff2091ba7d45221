import Domain
import Edge
import HTTPTypes

/// A secret that a browser keeps from the request to a provider until the answer comes, so that an attacker cannot make
/// it deliver the answer to another person's request.
///
/// The answer is a form on the provider's page, which other cookies are not sent with.
struct BrowserSecret {
    /// No tenant can be called so that its session's cookie has this name.
    private static let name = "__Host-lectern_saml"

    /// Nil when the request has none that could be ours.
    static func read(_ headers: HTTPFields) -> PlainToken? {
        for header in headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                guard pair.hasPrefix(name + "=") else { continue }
                return PlainToken(text: String(pair.dropFirst(name.count + 1)), for: .browser)
            }
        }
        return nil
    }

    /// The value of `Set-Cookie`.
    static func setting(_ secret: PlainToken) -> String {
        "\(name)=\(secret.text); Path=/; Secure; HttpOnly; SameSite=None; Max-Age=\(SAMLRequest.lifetime)"
    }
}
