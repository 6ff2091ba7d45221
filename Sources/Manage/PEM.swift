import Foundation

/// Certificates as people bring and take them (RFC 7468 §5).
enum PEM {
    /// - Parameter der: of one certificate.
    static func certificate(_ der: [UInt8]) -> String {
        let lines = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN CERTIFICATE-----\n\(lines)\n-----END CERTIFICATE-----\n"
    }
}
