import Foundation
import LecternTesting
import Testing
import XMLSecurity

/// Keys and certificates of a folder, made once; the certificates hold for ten days.
struct MetadataKeys {
    let folder: URL

    static let made = Result { try MetadataKeys() }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("metadata-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, kind) in [
            ("idp", ["rsa:2048"]), ("next", ["rsa:2048"]), ("rogue", ["rsa:2048"]), ("short", ["rsa:1024"]),
            ("p256", ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]), ("ed", ["ed25519"]),
            ("2047", ["rsa:2047"]), ("md5", ["rsa:2048", "-md5"]), ("negative", ["rsa:2048", "-set_serial", "-5"]),
            ("pss", ["rsa:2048", "-sigopt", "rsa_padding_mode:pss"]),
        ] {
            try Self.run(
                "openssl",
                ["req", "-x509", "-nodes", "-days", "10", "-subj", "/O=Example/CN=\(name).example", "-newkey"] + kind
                    + ["-keyout", path("\(name).key"), "-out", path("\(name).pem")])
            try Self.run(
                "openssl", ["x509", "-in", path("\(name).pem"), "-outform", "DER", "-out", path("\(name).der")])
            try Self.run(
                "openssl", ["pkey", "-in", path("\(name).key"), "-outform", "DER", "-out", path("\(name).key.der")])
        }
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    @discardableResult static func run(_ program: String, _ arguments: [String]) throws -> String {
        let run = try ChildProcess.run(program, arguments, environment: ProcessInfo.processInfo.environment)
        #expect(run.status == 0, "\(program): \(run.errors)")
        return run.output
    }

    /// `idp.der`, `idp.pem`, `idp.key` (PEM), `idp.key.der`, and so on.
    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appendingPathComponent(name))) }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    func certificate(_ name: String) throws -> [UInt8] { try bytes("\(name).der") }

    func base64(_ name: String) throws -> String { Data(try certificate(name)).base64EncodedString() }

    func verificationKey(_ name: String) throws -> VerificationKey {
        try VerificationKey(certificate: try certificate(name))
    }

    func signingKey(_ name: String) throws -> SigningKey {
        try #require(SigningKey(der: try bytes("\(name).key.der")))
    }

    /// The output of openssl about a certificate.
    func shown(_ name: String, _ options: String...) throws -> String {
        try Self.run("openssl", ["x509", "-noout", "-in", path("\(name).pem")] + options)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A document signed as a whole, the signature in front.
    func sign(_ document: String, with name: String) throws -> [UInt8] {
        try XMLSignature.signing(try XMLReader.read(Array(document.utf8)), with: try signingKey(name))
    }
}

/// An identity provider's document, to be changed by tests.
struct MetadataText {
    var entityID: String? = "https://idp.example/metadata"
    var attributes = ""
    var role = "IDPSSODescriptor"
    var roleAttributes = ""
    var protocols = "urn:oasis:names:tc:SAML:2.0:protocol"
    /// In front of the role.
    var before = ""
    /// Behind the role.
    var behind = ""
    var extensions = ""
    /// Base64 with the use of the key.
    var keys: [(use: String?, certificate: String)]
    var services =
        MetadataText.service("SingleSignOnService", "HTTP-Redirect", "https://idp.example/sso")
        + MetadataText.service("SingleSignOnService", "HTTP-POST", "https://idp.example/sso/post")

    init() throws { keys = [("signing", try MetadataKeys.made.get().base64("idp"))] }

    static func service(_ name: String, _ binding: String, _ location: String, _ more: String = "") -> String {
        "<md:\(name) Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:\(binding)\" Location=\"\(location)\"\(more)/>"
    }

    var text: String {
        let keys = keys.map { use, certificate in
            "<md:KeyDescriptor\(use.map { " use=\"\($0)\"" } ?? "")><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
                + certificate + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        }
        return "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" "
            + "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" ID=\"m1\""
            + "\(entityID.map { " entityID=\"\($0)\"" } ?? "")\(attributes)>\(before)"
            + "<md:\(role) protocolSupportEnumeration=\"\(protocols)\"\(roleAttributes)>\(extensions)\(keys.joined())"
            + "\(services)</md:\(role)>\(behind)</md:EntityDescriptor>"
    }

    var bytes: [UInt8] { Array(text.utf8) }

    /// Several as one document.
    static func aggregate(_ texts: [String], _ attributes: String = "") -> String {
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"all\"\(attributes)>"
            + texts.joined() + "</md:EntitiesDescriptor>"
    }
}
