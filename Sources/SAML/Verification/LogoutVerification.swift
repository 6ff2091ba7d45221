import Foundation
import XMLSecurity

/// A message about logging out that arrived, after its signature and every rule about it held.
public enum VerifiedLogout: Sendable, Hashable {
    /// Somebody's sessions are to end.
    case request(LogoutRequest)
    /// An answer to a request for logging out. The caller must check that its `inResponseTo` is a request that the
    /// service sent.
    case response(LogoutResponse)

    /// Why a message about logging out is not taken.
    public struct Refusal: Error, Sendable, Hashable {
        /// The value that was found, for finding the cause; it is taken from the message, so it is not to be trusted.
        public let found: String?
        /// The value that was expected.
        public let expected: String?

        init(_ violation: Violation) {
            found = violation.found
            expected = violation.expected
        }
    }

    /// A message by HTTP-Redirect, signed over its query (SAML 2.0 Bindings §3.4.4.1).
    ///
    /// - Parameters:
    ///   - query: as it arrived, without the question mark.
    ///   - expectation: its `audience`, `requests` and `mustBeAuthenticatedAfter` do not matter here.
    public init(redirect query: String, expectation: Expectation) throws(Refusal) {
        do throws(Violation) {
            let query = try RedirectBinding.Query(query)
            let root = try RedirectBinding.verified(
                query, keys: expectation.keys, algorithms: expectation.signatureAlgorithms)
            try self.init(root, query.kind, expectation)
        } catch { throw Refusal(error) }
    }

    /// A message by HTTP-POST, signed inside (SAML 2.0 Core §5).
    ///
    /// - Parameters:
    ///   - message: the value of `SAMLRequest` or `SAMLResponse`, base64.
    ///   - kind: which of both it was.
    ///   - expectation: its `audience`, `requests` and `mustBeAuthenticatedAfter` do not matter here.
    public init(
        post message: String, _ kind: RedirectBinding.Kind, expectation: Expectation
    ) throws(Refusal) {
        do throws(Violation) {
            let bytes = try PostBinding.bytes(message, limit: ResponseVerification.maximumBytes)
            let root: XMLElement
            do throws(XMLError) { root = try XMLReader.read(bytes) } catch { throw Violation(found: "\(error)") }
            do throws(XMLSignature.Problem) { try XMLSignature.checkIdentifiers(in: root) } catch {
                throw Violation(found: error.rawValue)
            }
            try self.init(try expectation.signed(root), kind, expectation)
        } catch { throw Refusal(error) }
    }

    private init(
        _ root: XMLElement, _ kind: RedirectBinding.Kind, _ expectation: Expectation
    ) throws(Violation) {
        switch kind {
        case .request: self = .request(try LogoutRequest(root, expectation))
        case .response: self = .response(try LogoutResponse(root, expectation))
        }
    }
}
