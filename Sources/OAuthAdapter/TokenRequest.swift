import Edge
import Foundation
import HTTPTypes

/// A request for an access token (RFC 6749 §4.4.2), and how the client says who it is.
struct TokenRequest: Hashable {
    enum Credentials: Hashable {
        /// HTTP Basic or two parameters (RFC 6749 §2.3.1).
        case secret(client: String, secret: String)
        /// A signed statement of somebody the client's tenant trusts (RFC 7523 §2.2).
        case assertion(client: String, text: String)

        /// The client that they are said to be of.
        var client: String {
            switch self {
            case .secret(let client, _), .assertion(let client, _): client
            }
        }
    }

    let credentials: Credentials
    let scope: String?

    private static let bearerAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    init(_ headers: HTTPFields, body: some Collection<UInt8>) throws(TokenError) {
        guard Self.isForm(headers[.contentType]) else {
            throw .invalidRequest("The body must be application/x-www-form-urlencoded.")
        }
        let parameters = try Self.parameters(body)
        guard let grantType = parameters["grant_type"] else { throw .invalidRequest("grant_type is missing.") }
        guard grantType == "client_credentials" else { throw .unsupportedGrantType }
        credentials = try Self.credentials(headers[.authorization], parameters)
        scope = parameters["scope"]
    }

    private static func credentials(
        _ authorization: String?, _ parameters: [String: String]
    ) throws(TokenError) -> Credentials {
        let (client, secret) = (parameters["client_id"], parameters["client_secret"])
        let (type, assertion) = (parameters["client_assertion_type"], parameters["client_assertion"])
        // One method in each request (RFC 6749 §2.3).
        guard [authorization, secret, type ?? assertion].count(where: { $0 != nil }) <= 1 else {
            throw .invalidRequest("The client authenticates in more than one way.")
        }
        if let authorization {
            guard let (name, password) = basic(authorization) else { throw .invalidClient }
            if let client, client != name {
                throw .invalidRequest("client_id and the Authorization header name different clients.")
            }
            return .secret(client: name, secret: password)
        }
        if type != nil || assertion != nil {
            guard type == bearerAssertion, let assertion else {
                throw .invalidRequest("client_assertion_type must be \(bearerAssertion), with a client_assertion.")
            }
            guard let client else { throw .invalidRequest("client_id is missing.") }
            return .assertion(client: client, text: assertion)
        }
        guard let client, let secret else { throw .invalidClient }
        return .secret(client: client, secret: secret)
    }

    /// The content of `Authorization: Basic`: both parts are form-encoded before they are joined (RFC 6749 §2.3.1).
    private static func basic(_ value: String) -> (client: String, secret: String)? {
        let words = value.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "basic", let data = Data(base64Encoded: String(words[1]))
        else { return nil }
        let parts = data.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let client = PercentEncoding.decode(parts[0], plusIsBlank: true),
            let secret = PercentEncoding.decode(parts[1], plusIsBlank: true)
        else { return nil }
        return (client, secret)
    }

    /// The body's parameters. One without a value counts as omitted; none may occur twice (RFC 6749 §3.2).
    private static func parameters(_ body: some Collection<UInt8>) throws(TokenError) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in body.split(separator: UInt8(ascii: "&")) {
            let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(pieces[0], plusIsBlank: true),
                let value = pieces.count > 1 ? PercentEncoding.decode(pieces[1], plusIsBlank: true) : ""
            else { throw .invalidRequest("The body is not form-encoded UTF-8.") }
            if value.isEmpty { continue }
            if parameters.updateValue(value, forKey: name) != nil {
                throw .invalidRequest("A parameter occurs more than once.")
            }
        }
        return parameters
    }

    private static func isForm(_ contentType: String?) -> Bool {
        let type = contentType?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces).lowercased()
        return type == "application/x-www-form-urlencoded"
    }
}
