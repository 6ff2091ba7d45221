import Crypto
import Foundation
import Testing

@testable import SAML
@testable import XMLSecurity

/// The answer of an identity provider as text: each part may be replaced, and what is signed is signed at the end.
struct ResponseBuilder {
    static let issuer = "https://idp.example/metadata"
    static let audience = "https://sp.example/saml/c1/metadata"
    static let recipient = "https://sp.example/saml/c1/acs"
    static let request = "id-request"
    static let person = "ann@example.org"
    static let now = Date(timeIntervalSince1970: 1_795_341_600)

    enum Part { case assertion, response }

    // Of the response.
    var id = "r1"
    var version = "2.0"
    var issued: String? = at(-2)
    var destination: String? = recipient
    var inResponseTo: String? = request
    var attributes = ""
    var responseIssuer = issuer(issuer)
    var extensions = ""
    var status = status("Success")
    /// In front of the assertion, and behind it.
    var before = ""
    var behind = ""
    var holdsAssertion = true

    // Of the assertion.
    var assertionID: String? = "a1"
    var assertionVersion = "2.0"
    var assertionIssued: String? = at(-2)
    var assertionAttributes = ""
    var assertionIssuer = issuer(issuer)
    var nameID = name(person)
    var confirmations = confirmation()
    /// Around name and confirmations.
    var subject: (String, String) = ("<saml:Subject>", "</saml:Subject>")
    var conditions = conditions()
    var advice = ""
    var statements = authentication() + attribute("mail", person)

    // The expectation that the response must meet.
    var expectation = usual

    // How it is protected.
    var signed: Set<Part> = [.assertion]
    var signer = "idp"
    /// How the signatures are made, if otherwise than usual; the text around them stays as it is.
    var assertionSignature: SignatureText?
    var responseSignature: SignatureText?
    var encryption: XMLEncryption.Algorithm?
    /// Of what is encrypted, in place of the assertion.
    var plain: String?

    // MARK: Parts

    static func at(_ seconds: Double) -> String { Instant.text(now.addingTimeInterval(seconds)) }

    private static func written(_ name: String, _ value: String?) -> String {
        value.map { " \(name)=\"\($0)\"" } ?? ""
    }

    static func issuer(_ name: String, _ attributes: String = "") -> String {
        "<saml:Issuer\(attributes)>\(name)</saml:Issuer>"
    }

    static func status(_ codes: String..., message: String? = nil) -> String {
        let nested = codes.reversed().reduce("") { inner, code in
            "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:\(code)\">\(inner)</samlp:StatusCode>"
        }
        let words = message.map { "<samlp:StatusMessage>\($0)</samlp:StatusMessage>" } ?? ""
        return "<samlp:Status>\(nested)\(words)</samlp:Status>"
    }

    static func name(_ value: String, _ attributes: String = "") -> String {
        "<saml:NameID\(attributes)>\(value)</saml:NameID>"
    }

    static func confirmation(
        method: String = ConfirmationRule.bearer, recipient: String? = recipient,
        answers: String? = request,
        from: String? = nil, until: String? = at(300), content: String = ""
    ) -> String {
        let data =
            written("Recipient", recipient) + written("InResponseTo", answers)
            + written("NotBefore", from)
            + written("NotOnOrAfter", until)
        return "<saml:SubjectConfirmation Method=\"\(method)\">"
            + "<saml:SubjectConfirmationData\(data)>\(content)</saml:SubjectConfirmationData>"
            + "</saml:SubjectConfirmation>"
    }

    static func audience(_ names: String...) -> String {
        "<saml:AudienceRestriction>\(names.map { "<saml:Audience>\($0)</saml:Audience>" }.joined())"
            + "</saml:AudienceRestriction>"
    }

    static func conditions(
        from: String? = at(-60), until: String? = at(300), _ content: String = audience(audience),
        attributes: String = ""
    ) -> String {
        let times = written("NotBefore", from) + written("NotOnOrAfter", until)
        return "<saml:Conditions\(times)\(attributes)>\(content)</saml:Conditions>"
    }

    static func authentication(
        at instant: String? = at(-10), until: String? = nil, index: String? = "s1",
        context: String = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
    ) -> String {
        let data =
            written("AuthnInstant", instant) + written("SessionNotOnOrAfter", until)
            + written("SessionIndex", index)
        return "<saml:AuthnStatement\(data)><saml:AuthnContext>"
            + "<saml:AuthnContextClassRef>\(context)</saml:AuthnContextClassRef></saml:AuthnContext>"
            + "</saml:AuthnStatement>"
    }

    static func attribute(_ name: String, _ values: String...) -> String {
        let values = values.map { "<saml:AttributeValue>\($0)</saml:AttributeValue>" }.joined()
        return "<saml:AttributeStatement><saml:Attribute Name=\"\(name)\">\(values)</saml:Attribute>"
            + "</saml:AttributeStatement>"
    }

    static let namespaces =
        "xmlns:saml=\"\(Namespace.assertion)\" xmlns:samlp=\"\(Namespace.protocol)\""

    // MARK: The whole

    /// Without a signature.
    var bareAssertion: String {
        let tag =
            Self.written("ID", assertionID) + " Version=\"\(assertionVersion)\""
            + Self.written("IssueInstant", assertionIssued) + assertionAttributes
        return "<saml:Assertion xmlns:saml=\"\(Namespace.assertion)\"\(tag)>\(assertionIssuer)"
            + "\(subject.0)\(nameID)\(confirmations)\(subject.1)\(conditions)\(advice)\(statements)</saml:Assertion>"
    }

    func assertion() throws -> String {
        guard signed.contains(.assertion) else { return bareAssertion }
        if let assertionSignature { return try assertionSignature.signing(bareAssertion) }
        return String(
            decoding: try MetadataKeys.made.get().sign(bareAssertion, with: signer), as: UTF8.self)
    }

    /// The content of the response, encrypted or not.
    private func content() throws -> String {
        guard holdsAssertion else { return "" }
        let text = try plain ?? assertion()
        return try encryption.map { try Sealed.made.get().element("EncryptedAssertion", text, $0) }
            ?? text
    }

    func text() throws -> String {
        let tag =
            " ID=\"\(id)\" Version=\"\(version)\"" + Self.written("IssueInstant", issued)
            + Self.written("Destination", destination) + Self.written("InResponseTo", inResponseTo)
            + attributes
        let text =
            "<samlp:Response \(Self.namespaces)\(tag)>\(responseIssuer)\(extensions)\(status)\(before)"
            + "\(try content())\(behind)</samlp:Response>"
        guard signed.contains(.response) else { return text }
        if let responseSignature { return try responseSignature.signing(text) }
        return String(decoding: try MetadataKeys.made.get().sign(text, with: signer), as: UTF8.self)
    }

    // MARK: Verification

    /// Of the connection that the response is for.
    static let usual = try! {
        let keys = try MetadataKeys.made.get()
        return SAML.Expectation(
            issuer: issuer, audience: audience, recipient: recipient, keys: [try keys.verificationKey("idp")],
            decryptionKeys: [DecryptionKey(der: try keys.bytes("next.key.der"))],
            requests: .init(pending: [request], mayBeNone: false), now: now)
    }()

    func verify(_ text: String? = nil) throws -> ResponseVerification {
        let text = try text ?? self.text()
        return ResponseVerification(Data(text.utf8).base64EncodedString(), expectation: expectation)
    }
}

/// A signature made by hand: of any shape, but by the key that it says.
struct SignatureText {
    static let exclusive = "<ds:Transform Algorithm=\"\(XMLSignature.exclusive)\"/>"
    static let enveloped = "<ds:Transform Algorithm=\"\(XMLSignature.enveloped)\"/>"

    var key = "idp"
    var uri: String? = "#a1"
    var method = "<ds:SignatureMethod Algorithm=\"\(SignatureAlgorithm.rsaSHA256.rawValue)\"/>"
    var transforms = enveloped + exclusive
    /// Prefixes that content is signed with, beside those it uses.
    var prefixes: Set<String> = []
    var moreReferences = ""
    var behindValue = ""
    /// In place of the signature by the key.
    var value: ((_ signedInfo: [UInt8]) throws -> [UInt8])?

    /// The signature of an element as it stands, to be put into it.
    func text(for content: String) throws -> String {
        let form = CanonicalForm.Method.exclusive(prefixes: prefixes)
        let bytes = CanonicalForm.bytes(of: try XMLReader.read(Array(content.utf8)), form)
        let digest = Data(DigestAlgorithm.sha256.hash(bytes)).base64EncodedString()
        let info =
            "<ds:SignedInfo xmlns:ds=\"\(XMLSignature.namespace)\"><ds:CanonicalizationMethod "
            + "Algorithm=\"\(XMLSignature.exclusive)\"/>\(method)"
            + "<ds:Reference\(uri.map { " URI=\"\($0)\"" } ?? "")><ds:Transforms>\(transforms)</ds:Transforms>"
            + "<ds:DigestMethod Algorithm=\"\(DigestAlgorithm.sha256.rawValue)\"/>"
            + "<ds:DigestValue>\(digest)</ds:DigestValue></ds:Reference>\(moreReferences)</ds:SignedInfo>"
        let signed = CanonicalForm.bytes(
            of: try XMLReader.read(Array(info.utf8)), .exclusive(prefixes: []))
        let value =
            try self.value?(signed) ?? (try MetadataKeys.made.get().signingKey(key).signature(of: signed))
        return "<ds:Signature xmlns:ds=\"\(XMLSignature.namespace)\">\(info)<ds:SignatureValue>"
            + "\(Data(value).base64EncodedString())</ds:SignatureValue>\(behindValue)</ds:Signature>"
    }

    /// The element with its signature behind its issuer.
    func signing(_ content: String) throws -> String {
        let end = try #require(content.firstRange(of: "</saml:Issuer>")).upperBound
        return String(content[..<end]) + (try text(for: content)) + content[end...]
    }
}

/// Encrypts for the key `next`, with one secret that openssl has wrapped once.
struct Sealed {
    static let made = Result { try Sealed() }

    private let secret = [UInt8](repeating: 9, count: 32)
    private let wrapped: [UInt8]

    private init() throws {
        let folder = try MetadataKeys.made.get().folder
        let (plain, wrapped) = (
            folder.appendingPathComponent("secret"), folder.appendingPathComponent("wrapped")
        )
        try Data(secret).write(to: plain)
        try MetadataKeys.run(
            "openssl",
            [
                "pkeyutl", "-encrypt", "-certin", "-inkey", folder.appendingPathComponent("next.pem").path,
                "-in",
                plain.path, "-out", wrapped.path, "-pkeyopt", "rsa_padding_mode:oaep",
            ])
        self.wrapped = [UInt8](try Data(contentsOf: wrapped))
    }

    /// The content under another name, such as `EncryptedAssertion`.
    func element(
        _ name: String, _ content: String, _ algorithm: XMLEncryption.Algorithm = .aes256GCM
    ) throws -> String {
        let namespaces =
            "xmlns:xe=\"\(XMLEncryption.namespace)\" xmlns:ds=\"\(XMLSignature.namespace)\""
        let transport = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
        return "<saml:\(name) xmlns:saml=\"\(Namespace.assertion)\"><xe:EncryptedData \(namespaces) "
            + "Type=\"\(XMLEncryption.namespace)Element\"><xe:EncryptionMethod Algorithm=\"\(algorithm.rawValue)\"/>"
            + "<ds:KeyInfo><xe:EncryptedKey><xe:EncryptionMethod Algorithm=\"\(transport)\"/><xe:CipherData>"
            + "<xe:CipherValue>\(Data(wrapped).base64EncodedString())</xe:CipherValue></xe:CipherData>"
            + "</xe:EncryptedKey></ds:KeyInfo><xe:CipherData><xe:CipherValue>"
            + "\(try encrypted(content, algorithm).base64EncodedString())</xe:CipherValue></xe:CipherData>"
            + "</xe:EncryptedData></saml:\(name)>"
    }

    private func encrypted(_ content: String, _ algorithm: XMLEncryption.Algorithm) throws -> Data {
        let (key, nonce) = (
            SymmetricKey(data: secret), try AES.GCM.Nonce(data: [UInt8](repeating: 7, count: 12))
        )
        if algorithm.isCBC {
            return try MetadataKeys.made.get().chained(Array(content.utf8), secret)
        }
        return try #require(try AES.GCM.seal(Data(content.utf8), using: key, nonce: nonce).combined)
    }
}

extension MetadataKeys {
    /// AES-256-CBC by openssl, behind an initial vector of zeros; its padding is one that XML Encryption takes.
    fileprivate func chained(_ content: [UInt8], _ secret: [UInt8]) throws -> Data {
        let (plain, sealed) = (
            folder.appendingPathComponent(UUID().uuidString),
            folder.appendingPathComponent(UUID().uuidString)
        )
        try Data(content).write(to: plain)
        let key = secret.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        try Self.run(
            "openssl",
            [
                "enc", "-aes-256-cbc", "-K", key, "-iv", String(repeating: "0", count: 32), "-in",
                plain.path, "-out",
                sealed.path,
            ])
        return Data(count: 16) + (try Data(contentsOf: sealed))
    }
}
