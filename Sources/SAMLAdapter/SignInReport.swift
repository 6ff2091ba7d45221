import Domain
import SAML
import StrictJSON

/// The report about an answer, for the tenant's administrators. Of an answer that succeeded it keeps only that it did,
/// unless an administrator tested the connection: the statements about a person are then nobody else's business.
struct SignInReport {
    private let verification: ResponseVerification
    private let request: SAMLRequest?
    private let failedRule: String?

    init(_ verification: ResponseVerification, request: SAMLRequest?, failedRule: String? = nil) {
        self.verification = verification
        self.request = request
        self.failedRule = failedRule
    }

    private var isWhole: Bool { failedRule != nil || request?.purpose == .trial }

    var json: JSONObject {
        var report: JSONObject = [
            "checks": .array(verification.checks.map(Self.check) + ownCheck),
            "context": verification.assertion?.authenticationContext.map { .string($0) } ?? .null,
        ]
        guard isWhole else { return report }
        report["claims"] = .array(
            verification.claims.map {
                ["name": .string(Self.clean($0.name)), "values": .array($0.values.map { .string(Self.clean($0)) })]
            })
        report["format"] = verification.claimedSubject?.format.map { .string(Self.clean($0)) } ?? .null
        report["request"] = Self.document(request?.message)
        report["document"] = Self.document(verification.document)
        report["decrypted"] = Self.document(verification.decrypted)
        if let status = verification.status, !status.isSuccess {
            report["status"] = .string(
                Self.clean(([status.message] + status.codes).compactMap { $0 }.joined(separator: " – ")))
        }
        return report
    }

    /// A rule of ours that is none of the protocol.
    private var ownCheck: [JSON] {
        guard let failedRule, verification.failure == nil else { return [] }
        return [["rule": .string(failedRule), "state": .string(Check.State.failed.rawValue)]]
    }

    private static func check(_ check: Check) -> JSON {
        [
            "rule": .string(check.rule.rawValue), "state": .string(check.state.rawValue),
            "found": check.found.map { .string(clean($0)) } ?? .null,
            "expected": check.expected.map { .string(clean($0)) } ?? .null,
        ]
    }

    private static let leftOut = ["SignatureValue", "CipherValue"].map { Array($0.utf8) }

    /// A document without what makes it one that could be used: values of signatures, and what is encrypted.
    private static func document(_ text: String?) -> JSON {
        guard let text else { return .null }
        var kept: [UInt8] = []
        let pieces = text.utf8.split(separator: UInt8(ascii: "<"), omittingEmptySubsequences: false)
        // Behind the first one each begins with a tag; inside those that are left out there is only text.
        for (number, piece) in pieces.enumerated() {
            if number > 0 { kept.append(UInt8(ascii: "<")) }
            let tag = piece.prefix { ![0x20, 0x09, 0x0A, 0x0D, 0x2F, 0x3E].contains($0) }
            let name = tag.split(separator: UInt8(ascii: ":")).last.map { Array($0) } ?? []
            let isLeftOut = number > 0 && Self.leftOut.contains(name)
            if isLeftOut, let end = piece.firstIndex(of: UInt8(ascii: ">")) {
                kept += piece[...end]
                kept += "…".utf8
            } else {
                kept += piece
            }
            if kept.count > SAMLSignIn.longestDocument { break }
        }
        return .string(clean(String(decoding: kept.prefix(SAMLSignIn.longestDocument), as: UTF8.self)))
    }

    /// PostgreSQL keeps no NUL.
    private static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
}
