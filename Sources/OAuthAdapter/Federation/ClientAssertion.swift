import Domain
import Edge
import Foundation
import JWTKit
import StrictJSON

/// A client's assertion (RFC 7523 §3) as it came: a JWT whose signature nobody has looked at yet.
///
/// Header and claims are read by our own reader, from the bytes that are signed; only the signature is left to JWTKit.
struct ClientAssertion {
    let keyID: String
    private let claims: JSONObject
    private let text: String

    /// Of both clocks.
    static let leeway: Int64 = 60
    /// The longest time until an assertion expires: issuers give an hour to a day.
    static let longestLife: Int64 = 86_400
    private static let longestIdentifier = 256

    /// Nil unless it is a JWS in its compact form (RFC 7515 §7.1) that says to be signed with RS256 by a named key.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            header["alg"]?.stringValue == "RS256", header["crit"] == nil, let keyID = header["kid"]?.stringValue,
            (1...Self.longestIdentifier).contains(keyID.utf8.count)
        else { return nil }
        if let type = header["typ"], type.stringValue?.uppercased() != "JWT" { return nil }
        self.keyID = keyID
        self.claims = claims
        self.text = text
    }

    /// Whether it speaks of this identity, and now (RFC 7523 §3, 1 to 7).
    func isAbout(_ identity: FederatedIdentity, now: Timestamp) -> Bool {
        guard claims["iss"]?.stringValue == identity.issuer, claims["sub"]?.stringValue == identity.subject,
            audiences.contains(identity.audience)
        else { return false }
        let now = now.microseconds / 1_000_000
        guard let expires = seconds("exp"), expires > now - Self.leeway,
            expires <= now + Self.longestLife + Self.leeway
        else { return false }
        for claim in ["nbf", "iat"] where claims[claim] != nil {
            guard let time = seconds(claim), time <= now + Self.leeway, time < expires else { return false }
        }
        if let id = claims["jti"] {
            guard let id = id.stringValue, (1...Self.longestIdentifier).contains(id.utf8.count) else { return false }
        }
        return true
    }

    /// The identifier that it uses up; nil for an assertion without one.
    var use: AssertionUse? {
        guard let id = claims["jti"]?.stringValue, let expires = seconds("exp") else { return nil }
        return AssertionUse(
            digest: TokenDigest(of: id), expiresAt: Timestamp(microseconds: (expires + Self.leeway) * 1_000_000))
    }

    /// Whether the key signed it, with RS256 and nothing else.
    func isSigned(by key: Insecure.RSA.PublicKey) async -> Bool {
        let keys = JWTKeyCollection()
        await keys.add(rsa: key, digestAlgorithm: .sha256)
        return (try? await keys.verify(text, as: SignatureOnly.self)) != nil
    }

    private struct SignatureOnly: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    /// One audience, or several (RFC 7519 §4.1.3).
    private var audiences: [String] {
        switch claims["aud"] {
        case .string(let one): [one]
        case .array(let several): several.compactMap(\.stringValue)
        default: []
        }
    }

    /// A NumericDate (RFC 7519 §2), fractions dropped.
    private func seconds(_ claim: String) -> Int64? {
        if let whole = claims[claim]?.integerValue { return (0...Self.latest).contains(whole) ? whole : nil }
        guard let number = claims[claim]?.doubleValue, (0...Double(Self.latest)).contains(number) else { return nil }
        return Int64(number)
    }

    /// The end of the year 9999.
    private static let latest: Int64 = 253_402_300_799

    private static func object(_ part: Substring) -> JSONObject? {
        guard let bytes = Base64URL.decode(part).map(Array.init) else { return nil }
        let limits = JSONLimits(maxBytes: 16_384, maxDepth: 8, maxElements: 500)
        return (try? JSON.parse(bytes, limits: limits))?.objectValue
    }
}
