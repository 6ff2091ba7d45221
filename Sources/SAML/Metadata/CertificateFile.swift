import Foundation
import XMLSecurity

/// The certificates in a text that an administrator pastes or a file that they upload: PEM with one or more of them
/// (RFC 7468 §5), the base64 between its lines alone, or DER.
public struct CertificateFile: Sendable, Hashable {
    /// The certificates in DER, in the order of the file, none twice; at least one.
    public let certificates: [[UInt8]]

    private static let labels = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]

    /// Reads what was pasted or uploaded.
    ///
    /// - Throws: `privateKey`, `badCertificate`, `weakKey`, `unknownKey`, `tooLarge`.
    public init(_ bytes: [UInt8]) throws(MetadataProblem) {
        if bytes.count > MetadataLimits.certificateFile { throw .tooLarge }
        if Self.holdsPrivateKey(bytes) { throw .privateKey }
        var found: [[UInt8]] = []
        for certificate in try Self.pieces(of: bytes) where !found.contains(certificate) {
            if Self.isPrivateKey(certificate) { throw .privateKey }
            try Self.check(certificate)
            found.append(certificate)
        }
        if found.isEmpty { throw .badCertificate }
        if found.count > MetadataLimits.values { throw .tooLarge }
        certificates = found
    }

    private static func pieces(of bytes: [UInt8]) throws(MetadataProblem) -> [[UInt8]] {
        // Sequences begin with what is a zero in text; base64 of a sequence never does.
        if bytes.first == 0x30, bytes.firstRange(of: Array("-----BEGIN ".utf8)) == nil { return [bytes] }
        guard var text = String(validating: bytes, as: UTF8.self) else { throw .badCertificate }
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        guard text.contains("-----BEGIN ") else {
            guard let piece = Data(base64Text: text) else { throw .badCertificate }
            return [[UInt8](piece)]
        }
        var pieces: [[UInt8]] = []
        var rest = text[...]
        while let begin = rest.firstRange(of: "-----BEGIN ") {
            rest = rest[begin.upperBound...]
            guard let dashes = rest.firstRange(of: "-----") else { throw .badCertificate }
            let label = String(rest[..<dashes.lowerBound])
            rest = rest[dashes.upperBound...]
            guard let end = rest.firstRange(of: "-----END \(label)-----") else { throw .badCertificate }
            if labels.contains(label) {
                guard let piece = Data(base64Text: String(rest[..<end.lowerBound])) else { throw .badCertificate }
                pieces.append([UInt8](piece))
            }
            rest = rest[end.upperBound...]
        }
        return pieces
    }

    // MARK: Rules

    /// - Throws: `badCertificate`, `weakKey`, `unknownKey`.
    static func check(_ certificate: [UInt8]) throws(MetadataProblem) {
        let summary: CertificateSummary
        do throws(VerificationKey.Problem) { summary = try CertificateSummary(certificate) } catch {
            throw error == .unusable ? .weakKey : .badCertificate
        }
        if summary.key == .other { throw .unknownKey }
    }

    /// Whether a text holds a private key in PEM, of whatever kind (RFC 7468 §10, §11).
    static func holdsPrivateKey(_ bytes: [UInt8]) -> Bool {
        bytes.firstRange(of: Array("PRIVATE KEY-----".utf8)) != nil
    }

    /// Whether DER begins as private keys do (RFC 5958 §2, RFC 8017 §A.1.2, RFC 5915 §3) and files that hold them
    /// (RFC 7292 §4), with a small number as their version: certificates begin with a sequence.
    private static func isPrivateKey(_ der: [UInt8]) -> Bool {
        guard der.count > 2, der[0] == 0x30 else { return false }
        let header = der[1] < 0x80 ? 2 : 2 + Int(der[1] & 0x7F)
        return der.dropFirst(header).starts(with: [0x02, 0x01])
    }
}
