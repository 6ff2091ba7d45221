import Foundation
import Testing

@testable import SAML
@testable import XMLSecurity

/// Messages about logging out as text, each part of which a test may replace.
struct LogoutBuilder {
    static let recipient = "https://sp.example/saml/c1/slo"

    var kind = RedirectBinding.Kind.request
    var root: String?
    var id = " ID=\"l1\""
    var version = " Version=\"2.0\""
    var issued = " IssueInstant=\"\(ResponseBuilder.at(-2))\""
    var until = " NotOnOrAfter=\"\(ResponseBuilder.at(60))\""
    var destination = " Destination=\"\(recipient)\""
    var answers = " InResponseTo=\"id-logout\""
    var issuer = ResponseBuilder.issuer(ResponseBuilder.issuer)
    var extensions = ""
    var name = ResponseBuilder.name(ResponseBuilder.person)
    var indexes = index("s1")
    var status = ResponseBuilder.status("Success")
    var behind = ""

    var signer = "idp"
    var expectation = {
        var expectation = ResponseBuilder.usual
        expectation.recipient = recipient
        return expectation
    }()

    static func index(_ text: String) -> String { "<samlp:SessionIndex>\(text)</samlp:SessionIndex>" }

    var text: String {
        let isRequest = kind == .request
        let root = root ?? (isRequest ? "LogoutRequest" : "LogoutResponse")
        return "<samlp:\(root) \(ResponseBuilder.namespaces)\(id)\(version)\(issued)\(isRequest ? until : answers)"
            + "\(destination)>\(issuer)\(extensions)\(isRequest ? name + indexes : status)\(behind)</samlp:\(root)>"
    }

    // MARK: By redirect

    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

    /// Everything but letters and digits is encoded.
    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    static func signature(of query: String, by name: String = "idp") throws -> String {
        let bytes = try MetadataKeys.made.get().signingKey(name).signature(of: Array(query.utf8))
        return "Signature=" + encoded(Data(bytes).base64EncodedString())
    }

    /// The parameters of a query, signed in this order.
    func parameters(relayState: String? = nil, text: String? = nil) throws -> [String] {
        let value = Data(Deflate.compressed(Array((text ?? self.text).utf8))).base64EncodedString()
        var parameters = ["\(kind.rawValue)=\(Self.encoded(value))"]
        if let relayState { parameters.append("RelayState=\(Self.encoded(relayState))") }
        parameters.append("SigAlg=\(Self.encoded(SigningKey.algorithm.rawValue))")
        return parameters + [try Self.signature(of: parameters.joined(separator: "&"), by: signer)]
    }

    func redirected(_ query: String? = nil) throws -> VerifiedLogout {
        let query = try query ?? parameters().joined(separator: "&")
        return try VerifiedLogout(redirect: query, expectation: expectation)
    }

    // MARK: In a form

    var signed: String {
        get throws { String(decoding: try MetadataKeys.made.get().sign(text, with: signer), as: UTF8.self) }
    }

    func posted(_ text: String? = nil) throws -> VerifiedLogout {
        let message = Data(try (text ?? signed).utf8).base64EncodedString()
        return try VerifiedLogout(post: message, kind, expectation: expectation)
    }

    // MARK: What has to come of it

    /// Both bindings take it, and read the same.
    @discardableResult static func accepts(
        _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout LogoutBuilder) -> Void = { _ in }
    ) throws -> VerifiedLogout {
        var builder = LogoutBuilder()
        change(&builder)
        let (one, other) = (try builder.redirected(), try builder.posted())
        #expect(one == other, "\(comment)", sourceLocation: sourceLocation)
        return one
    }

    /// Neither takes it.
    static func refuses(
        _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout LogoutBuilder) -> Void
    ) throws {
        var builder = LogoutBuilder()
        change(&builder)
        #expect(throws: VerifiedLogout.Refusal.self, "\(comment)", sourceLocation: sourceLocation) {
            try builder.redirected()
        }
        #expect(throws: VerifiedLogout.Refusal.self, "\(comment)", sourceLocation: sourceLocation) {
            try builder.posted()
        }
    }
}
