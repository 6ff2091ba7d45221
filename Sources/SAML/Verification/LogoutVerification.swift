import Foundation
import XMLSecurity

/// A message about logging out that arrived, after its signature and every rule about it held.
package enum VerifiedLogout: Sendable, Hashable {
    case request(LogoutRequest)
    case response(LogoutResponse)

    /// Why a message about logging out is not taken.
    package struct Refusal: Error, Sendable, Hashable {
        package let found: String?
        package let expected: String?

        init(_ violation: Violation) {
            found = violation.found
            expected = violation.expected
        }
    }

    /// - Parameter query: as it arrived, without the question mark.
    package init(redirect query: String, expectation: Expectation) throws(Refusal) {
        do throws(Violation) {
            let query = try RedirectBinding.Query(query)
            let root = try RedirectBinding.verified(
                query, keys: expectation.keys, algorithms: expectation.signatureAlgorithms)
            try self.init(root, query.kind, expectation)
        } catch { throw Refusal(error) }
    }

    /// - Parameter message: the value of `SAMLRequest` or `SAMLResponse`.
    package init(
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
