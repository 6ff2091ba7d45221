import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509
import XMLSecurity

/// The statements of an identity provider about a person, each part of which a test may replace.
struct ProviderAnswer {
    static let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    static let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

    var issuer: String
    var audience: String
    var recipient: String
    /// Nil when the provider begins.
    var request: String?
    var id = "a" + UUID().uuidString
    var nameID = "ann"
    var format: String? = persistent
    var claims: [String: [String]] = [:]
    var index: String? = "s1"
    var now: Date
    var authenticatedAt: Date
    var sessionEnd: Date?
    /// Seconds for which it is good.
    var lifetime = 300.0
    var failure: String?
    /// In DER; nil leaves it as it is.
    var encryptedFor: [UInt8]?
    var key: [UInt8]

    static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }

    private static let assertionNamespace = "urn:oasis:names:tc:SAML:2.0:assertion"
    private static let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

    private var end: String { Self.text(now.addingTimeInterval(lifetime)) }
    private var answers: String { request.map { " InResponseTo=\"\($0)\"" } ?? "" }

    private var subject: String {
        let format = format.map { " Format=\"\(Self.escaped($0))\"" } ?? ""
        return "<saml:Subject><saml:NameID\(format)>\(Self.escaped(nameID))</saml:NameID>"
            + "<saml:SubjectConfirmation Method=\"\(Self.bearer)\"><saml:SubjectConfirmationData "
            + "Recipient=\"\(recipient)\"\(answers) NotOnOrAfter=\"\(end)\"/>"
            + "</saml:SubjectConfirmation></saml:Subject>"
    }

    private var conditions: String {
        "<saml:Conditions NotBefore=\"\(Self.text(now.addingTimeInterval(-5)))\" NotOnOrAfter=\"\(end)\">"
            + "<saml:AudienceRestriction><saml:Audience>\(Self.escaped(audience))</saml:Audience></saml:AudienceRestriction>"
            + "</saml:Conditions>"
    }

    private var statements: String {
        let index = index.map { " SessionIndex=\"\(Self.escaped($0))\"" } ?? ""
        let until = sessionEnd.map { " SessionNotOnOrAfter=\"\(Self.text($0))\"" } ?? ""
        let attributes = claims.sorted { $0.key < $1.key }.map { name, values in
            "<saml:Attribute Name=\"\(Self.escaped(name))\">"
                + values.map { "<saml:AttributeValue>\(Self.escaped($0))</saml:AttributeValue>" }.joined()
                + "</saml:Attribute>"
        }
        let context = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
        return "<saml:AuthnStatement AuthnInstant=\"\(Self.text(authenticatedAt))\"\(index)\(until)>"
            + "<saml:AuthnContext><saml:AuthnContextClassRef>\(context)</saml:AuthnContextClassRef>"
            + "</saml:AuthnContext></saml:AuthnStatement>"
            + (attributes.isEmpty
                ? "" : "<saml:AttributeStatement>\(attributes.joined())</saml:AttributeStatement>")
    }

    private func assertion() throws -> String {
        let text =
            "<saml:Assertion xmlns:saml=\"\(Self.assertionNamespace)\" ID=\"\(id)\" Version=\"2.0\" "
            + "IssueInstant=\"\(Self.text(now))\"><saml:Issuer>\(Self.escaped(issuer))</saml:Issuer>"
            + "\(subject)\(conditions)\(statements)</saml:Assertion>"
        guard let key = SigningKey(der: key) else { throw CocoaError(.coderInvalidValue) }
        let signed = String(
            decoding: try XMLSignature.signing(try XMLReader.read(Array(text.utf8)), with: key), as: UTF8.self)
        return try encryptedFor.map { try Self.encrypted(signed, for: $0) } ?? signed
    }

    private var status: String {
        let prefix = "urn:oasis:names:tc:SAML:2.0:status:"
        guard let failure else { return "<samlp:Status><samlp:StatusCode Value=\"\(prefix)Success\"/></samlp:Status>" }
        return "<samlp:Status><samlp:StatusCode Value=\"\(prefix)Responder\"><samlp:StatusCode "
            + "Value=\"\(prefix)AuthnFailed\"/></samlp:StatusCode>"
            + "<samlp:StatusMessage>\(Self.escaped(failure))</samlp:StatusMessage></samlp:Status>"
    }

    var text: String {
        get throws {
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"r\(id)\" Version=\"2.0\" "
                + "IssueInstant=\"\(Self.text(now))\" Destination=\"\(recipient)\"\(answers)>"
                + "<saml:Issuer xmlns:saml=\"\(Self.assertionNamespace)\">\(Self.escaped(issuer))</saml:Issuer>"
                + status + (failure == nil ? try assertion() : "") + "</samlp:Response>"
        }
    }

    /// As a form's field has it.
    var message: String { get throws { Data(try text.utf8).base64EncodedString() } }

    /// AES-256-GCM under a key that only the holder of the certificate opens (RSA-OAEP).
    private static func encrypted(_ content: String, for certificate: [UInt8]) throws -> String {
        let secret = SymmetricKey(size: .bits256)
        let publicKey = try _RSA.Encryption.PublicKey(
            derRepresentation: try Certificate(derEncoded: certificate).publicKey.subjectPublicKeyInfoBytes)
        let wrapped = try publicKey.encrypt(secret.withUnsafeBytes { Data($0) }, padding: .PKCS1_OAEP)
        let sealed = try AES.GCM.seal(Data(content.utf8), using: secret).combined ?? Data()
        let namespace = "http://www.w3.org/2001/04/xmlenc#"
        return "<saml:EncryptedAssertion xmlns:saml=\"\(assertionNamespace)\"><xe:EncryptedData "
            + "xmlns:xe=\"\(namespace)\" xmlns:ds=\"\(XMLSignature.namespace)\" Type=\"\(namespace)Element\">"
            + "<xe:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/><ds:KeyInfo>"
            + "<xe:EncryptedKey><xe:EncryptionMethod Algorithm=\"\(namespace)rsa-oaep-mgf1p\"/><xe:CipherData>"
            + "<xe:CipherValue>\(wrapped.base64EncodedString())</xe:CipherValue></xe:CipherData></xe:EncryptedKey>"
            + "</ds:KeyInfo><xe:CipherData><xe:CipherValue>\(sealed.base64EncodedString())</xe:CipherValue>"
            + "</xe:CipherData></xe:EncryptedData></saml:EncryptedAssertion>"
    }
}
