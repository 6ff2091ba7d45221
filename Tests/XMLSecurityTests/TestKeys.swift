import Foundation
import LecternTesting
import Testing

@testable import XMLSecurity

/// Keys of a folder, made once.
struct TestKeys {
    let folder: URL

    static let made = Result { try TestKeys() }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, kind) in [
            ("rsa", ["rsa:2048"]), ("rogue", ["rsa:2048"]), ("rogue2", ["rsa:2048"]), ("short", ["rsa:1024"]),
            ("p256", ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]),
            ("p384", ["ec", "-pkeyopt", "ec_paramgen_curve:secp384r1"]),
            ("p521", ["ec", "-pkeyopt", "ec_paramgen_curve:secp521r1"]),
        ] {
            try Self.run(
                "openssl",
                ["req", "-x509", "-nodes", "-days", "10", "-subj", "/CN=idp.example", "-newkey"] + kind
                    + ["-keyout", "\(folder.path)/\(name).key", "-out", "\(folder.path)/\(name).pem"])
            try Self.run(
                "openssl",
                [
                    "x509", "-in", "\(folder.path)/\(name).pem", "-outform", "DER", "-out",
                    "\(folder.path)/\(name).der",
                ])
        }
    }

    @discardableResult static func run(_ program: String, _ arguments: [String]) throws -> String {
        let run = try ChildProcess.run(
            program, arguments, environment: ProcessInfo.processInfo.environment)
        #expect(run.status == 0, "\(program): \(run.errors)")
        return run.output
    }

    func certificate(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent("\(name).der")))
    }

    func key(_ name: String) throws -> VerificationKey { try VerificationKey(certificate: try certificate(name)) }

    /// The document with its signature filled in.
    func sign(_ document: String, _ key: String = "rsa") throws -> String {
        let file = folder.appendingPathComponent("\(UUID().uuidString).xml")
        try Data(document.utf8).write(to: file)
        return try Self.run(
            "xmlsec1",
            [
                "--sign", "--privkey-pem", "\(folder.path)/\(key).key,\(folder.path)/\(key).pem", "--id-attr:ID",
                "urn:t:Message", "--id-attr:ID", "urn:t:Part", file.path,
            ])
    }

    /// A signature with PSS by the key `rsa`.
    ///
    /// - Parameter salt: its length, or `digest` for that of the digest.
    func pss(_ bytes: [UInt8], _ digest: DigestAlgorithm, _ salt: String) throws -> [UInt8] {
        let (plain, signature) = (
            folder.appendingPathComponent(UUID().uuidString), folder.appendingPathComponent(UUID().uuidString)
        )
        try Data(bytes).write(to: plain)
        try Self.run(
            "openssl",
            [
                "dgst", "-sha\(digest.length * 8)", "-sign", "\(folder.path)/rsa.key", "-sigopt",
                "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:\(salt)", "-out", signature.path, plain.path,
            ])
        return [UInt8](try Data(contentsOf: signature))
    }

    /// In PKCS #8.
    func privateKey(_ name: String) throws -> [UInt8] {
        let file = folder.appendingPathComponent("\(UUID().uuidString).der")
        try Self.run(
            "openssl",
            [
                "pkcs8", "-topk8", "-nocrypt", "-in", "\(folder.path)/\(name).key", "-outform", "DER", "-out",
                file.path,
            ])
        return [UInt8](try Data(contentsOf: file))
    }

    /// A secret as only the holder of the key reads it (RSA-OAEP).
    func wrap(_ secret: [UInt8], _ digest: String, _ mask: String, for key: String) throws -> [UInt8] {
        let (plain, wrapped) = (
            folder.appendingPathComponent(UUID().uuidString), folder.appendingPathComponent(UUID().uuidString)
        )
        try Data(secret).write(to: plain)
        try Self.run(
            "openssl",
            [
                "pkeyutl", "-encrypt", "-certin", "-inkey", "\(folder.path)/\(key).pem", "-in", plain.path, "-out",
                wrapped.path, "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:\(digest)", "-pkeyopt",
                "rsa_mgf1_md:\(mask)",
            ])
        return [UInt8](try Data(contentsOf: wrapped))
    }

    /// A document encrypted into a template, for the key `rsa`.
    func encrypt(_ document: String, into template: String, bits: Int) throws -> String {
        let (plain, file) = (
            folder.appendingPathComponent("\(UUID().uuidString).xml"),
            folder.appendingPathComponent("\(UUID().uuidString).xml")
        )
        try Data(document.utf8).write(to: plain)
        try Data(template.utf8).write(to: file)
        return try Self.run(
            "xmlsec1",
            [
                "--encrypt", "--pubkey-cert-pem", "\(folder.path)/rsa.pem", "--session-key", "aes-\(bits)",
                "--xml-data",
                plain.path, file.path,
            ])
    }
}
