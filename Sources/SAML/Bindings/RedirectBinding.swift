import Foundation
public import XMLSecurity

/// Messages in the query of an address, deflated, with a signature over the query (SAML 2.0 Bindings §3.4).
public enum RedirectBinding {
    /// Which way a message goes, by the parameter that holds it (§3.4.4).
    public enum Kind: String, Sendable {
        /// A question.
        case request = "SAMLRequest"
        /// An answer.
        case response = "SAMLResponse"
    }

    /// The largest message, inflated, in bytes.
    private static let maximumBytes = 65_536

    /// The address to send the browser to.
    ///
    /// - Parameters:
    ///   - location: of the provider's endpoint; may have a query.
    ///   - kind: what the message is.
    ///   - message: its `xml`, such as `AuthnRequest` makes it.
    ///   - relayState: comes back with the answer; at most 80 bytes (§3.4.3), which is not checked.
    ///   - key: the service's own, by which the query is signed (§3.4.4.1).
    /// - Throws: when the key cannot sign.
    public static func url(
        to location: String, _ kind: Kind, _ message: String, relayState: String?, key: SigningKey
    ) throws -> String {
        let value = Data(Deflate.compressed(Array(message.utf8))).base64EncodedString()
        var query = "\(kind.rawValue)=\(encoded(value))"
        if let relayState { query += "&RelayState=\(encoded(relayState))" }
        query += "&SigAlg=\(encoded(SigningKey.algorithm.rawValue))"
        let signature = Data(try key.signature(of: Array(query.utf8))).base64EncodedString()
        return "\(location)\(location.contains("?") ? "&" : "?")\(query)&Signature=\(encoded(signature))"
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    // MARK: Arriving

    /// A query as it arrived: each parameter once, still encoded.
    struct Query {
        let kind: Kind
        private let raw: [String: Substring]

        private static let names = [
            "SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding",
        ]

        init(_ text: String) throws(Violation) {
            var raw: [String: Substring] = [:]
            // By bytes: to Swift, an ampersand with an accent is another character.
            for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
                let name = pair.prefix { $0 != UInt8(ascii: "=") }
                // Names are plain: nobody reads as a parameter what was not signed as one.
                guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"%+".utf8.contains($0) }) else {
                    throw Violation(found: "a name that is encoded")
                }
                guard let known = Self.names.first(where: { name.elementsEqual($0.utf8) }) else { continue }
                if raw[known] != nil { throw Violation(found: "\(known) twice") }
                raw[known] = Substring(pair.dropFirst(name.count + 1))
            }
            switch (raw["SAMLRequest"], raw["SAMLResponse"]) {
            case (_?, nil): kind = .request
            case (nil, _?): kind = .response
            default: throw Violation(found: "no message, or two")
            }
            self.raw = raw
        }

        /// Nil when there is none.
        func value(_ name: String) throws(Violation) -> String? {
            guard let text = raw[name] else { return nil }
            guard let value = text.replacing("+", with: " ").removingPercentEncoding else {
                throw Violation(found: "\(name) is not encoded as it has to be")
            }
            return value
        }

        /// The signed text: the parameters as they arrived, in the order of the binding (§3.4.4.1).
        var signedText: String {
            [kind.rawValue, "RelayState", "SigAlg"].compactMap { name in raw[name].map { "\(name)=\($0)" } }
                .joined(separator: "&")
        }
    }

    /// The message, if a key of the connection signed the query.
    static func verified(
        _ query: Query, keys: [VerificationKey], algorithms: Set<SignatureAlgorithm>
    ) throws(Violation) -> XMLElement {
        guard let name = try query.value("SigAlg"), let algorithm = SignatureAlgorithm(rawValue: name),
            algorithms.contains(algorithm)
        else { throw Violation(found: try query.value("SigAlg") ?? "no signature", expected: "a signature") }
        guard let signature = try query.value("Signature").flatMap({ Data(base64Text: $0) }) else {
            throw Violation(found: "no signature")
        }
        let bytes = [UInt8](signature)
        guard keys.contains(where: { $0.verifies(bytes, of: Array(query.signedText.utf8), algorithm) }) else {
            throw Violation(found: XMLSignature.Problem.key.rawValue)
        }
        return try message(query)
    }

    /// The message, whoever sent it.
    static func message(_ query: Query) throws(Violation) -> XMLElement {
        guard
            [nil, "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"].contains(try query.value("SAMLEncoding"))
        else { throw Violation(found: try query.value("SAMLEncoding")) }
        guard let data = try query.value(query.kind.rawValue).flatMap({ Data(base64Text: $0) }),
            let bytes = Deflate.expanded([UInt8](data), limit: maximumBytes)
        else { throw Violation(found: "not deflated, or too large") }
        do throws(XMLError) { return try XMLReader.read(bytes) } catch { throw Violation(found: "\(error)") }
    }
}
