import Foundation
import Testing
import XMLSecurity

@testable import SAML

/// Certificates as administrators bring them.
struct MetadataCertificateTests {
    private let keys = try! MetadataKeys.made.get()

    private func problem(_ bytes: [UInt8]) -> MetadataProblem? {
        do throws(MetadataProblem) {
            _ = try CertificateFile(bytes)
            return nil
        } catch { return error }
    }

    private func problem(_ text: String) -> MetadataProblem? { problem(Array(text.utf8)) }

    @Test func `PEM, its base64 alone and DER are the same certificate`() throws {
        let der = try keys.certificate("idp")
        let (pem, base64) = (try keys.text("idp.pem"), try keys.base64("idp"))
        for text in [
            pem, "\u{FEFF}" + pem, "subject=CN = idp.example\nissuer=x\n\n" + pem + "\nbehind it",
            pem.replacingOccurrences(of: "\n", with: "\r\n"), pem.replacingOccurrences(of: "\n", with: " "),
            pem.replacingOccurrences(of: "CERTIFICATE", with: "X509 CERTIFICATE"), base64, " \(base64)\r\n",
            pem.split(separator: "\n").dropFirst().dropLast().joined(separator: "\n"), pem + pem,
        ] { #expect(try CertificateFile(Array(text.utf8)).certificates == [der], "\(text.prefix(40))") }
        #expect(try CertificateFile(der).certificates == [der])
    }

    @Test func `several in one file keep their order`() throws {
        let text = try keys.text("next.pem") + keys.text("idp.pem") + keys.text("p256.pem") + keys.text("next.pem")
        #expect(
            try CertificateFile(Array(text.utf8)).certificates == ["next", "idp", "p256"].map(keys.certificate))
    }

    @Test func `a private key is never taken, however it is written`() throws {
        for name in ["idp", "p256", "ed"] {
            let der = try keys.bytes("\(name).key.der")
            #expect(problem(try keys.text("\(name).key")) == .privateKey)
            #expect(problem(try keys.text("\(name).pem") + keys.text("\(name).key")) == .privateKey)
            #expect(problem(der) == .privateKey)
            #expect(problem(Data(der).base64EncodedString()) == .privateKey)
        }
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"
        #expect(problem(encrypted) == .privateKey)
    }

    @Test func `what is no certificate is refused`() throws {
        let (pem, der) = (try keys.text("idp.pem"), try keys.certificate("idp"))
        for text in [
            "", "hello", "AAAA", "AAA", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nAAAA",
            pem.replacingOccurrences(of: "-----END CERTIFICATE-----", with: "-----END X-----"),
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", try MetadataText().text,
            pem.replacingOccurrences(of: "M", with: "*"),
        ] { #expect(problem(text) == .badCertificate, "\(text.prefix(40))") }
        for bytes in [[0x30], [0x30, 0x82], [0xFF, 0xFE, 0x00], der + [0], Array(der.dropLast())] as [[UInt8]] {
            #expect(problem(bytes) == .badCertificate, "\(bytes.prefix(8))")
        }
        #expect(problem(try keys.certificate("ed")) == .unknownKey)
        for name in ["short", "2047"] { #expect(problem(try keys.certificate(name)) == .weakKey, "\(name)") }
        #expect(problem(try keys.text("idp.pem") + keys.text("short.pem")) == .weakKey)
        #expect(problem([UInt8](repeating: 0x20, count: MetadataLimits.certificateFile + 1)) == .tooLarge)
    }

    @Test func `a summary shows what openssl shows`() throws {
        for (name, kind) in [("idp", "RSA 2048"), ("p256", "EC P-256"), ("ed", "other")] {
            let summary = try CertificateSummary(try keys.certificate(name))
            #expect(summary.commonName == "\(name).example")
            #expect(summary.key.description == kind)
            // "sha1 Fingerprint=AB:CD…", "serial=…"
            #expect(try keys.shown(name, "-fingerprint", "-sha1").hasSuffix("=" + summary.sha1))
            #expect(try keys.shown(name, "-fingerprint", "-sha256").hasSuffix("=" + summary.sha256))
            #expect(try keys.shown(name, "-serial") == "serial=" + summary.serialNumber)
            #expect(summary.notAfter.timeIntervalSince(summary.notBefore) == 10 * 86_400)
            #expect(abs(summary.notBefore.timeIntervalSinceNow) < 3600)
        }
        #expect(throws: VerificationKey.Problem.unreadable) { try CertificateSummary([1, 2, 3]) }
        #expect(throws: VerificationKey.Problem.unusable) { try CertificateSummary(try keys.certificate("short")) }
    }
}
