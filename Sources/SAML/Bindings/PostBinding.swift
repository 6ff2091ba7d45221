import Foundation
public import XMLSecurity

/// Messages in a form that the browser sends (SAML 2.0 Bindings §3.5).
public enum PostBinding {
    /// The message in a form's field. Never inflated: the binding knows nothing of it.
    static func bytes(_ text: String, limit: Int) throws(Violation) -> [UInt8] {
        if text.utf8.count > limit {
            throw Violation(found: "\(text.utf8.count) bytes", expected: "at most \(limit) bytes")
        }
        guard let data = Data(base64Text: text) else { throw Violation(found: "not base64") }
        return [UInt8](data)
    }

    /// A message, signed, as the value of a form's field: `SAMLRequest` or `SAMLResponse`.
    ///
    /// - Parameters:
    ///   - message: the `xml` of a message, such as `AuthnRequest` makes it.
    ///   - key: the service's own, by which the message is signed (SAML 2.0 Core §5).
    /// - Returns: base64.
    /// - Throws: when the message is no document of the strict part of XML, has no `ID`, or cannot be signed; what the
    ///   types of this library make, with an `id`, can.
    public static func value(_ message: String, key: SigningKey) throws -> String {
        let signed = try XMLSignature.signing(try XMLReader.read(Array(message.utf8)), with: key)
        return Data(signed).base64EncodedString()
    }
}
