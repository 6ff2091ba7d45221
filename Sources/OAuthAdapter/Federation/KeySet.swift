import JWTKit
import StrictJSON

/// The keys of an issuer that can sign assertions, by their identifiers (RFC 7517 §5).
struct KeySet {
    private let keys: [String: Insecure.RSA.PublicKey]

    private static let mostKeys = 100

    /// Nil when it is no key set. Keys of other kinds, for other uses or too short are left out.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSON.parse(bytes), let listed = json["keys"]?.arrayValue else { return nil }
        var keys: [String: Insecure.RSA.PublicKey] = [:]
        for key in listed.prefix(Self.mostKeys) {
            guard key["kty"]?.stringValue == "RSA", let id = key["kid"]?.stringValue,
                key["use"].map({ $0.stringValue == "sig" }) ?? true,
                key["alg"].map({ $0.stringValue == "RS256" }) ?? true,
                let modulus = key["n"]?.stringValue, let exponent = key["e"]?.stringValue
            else { continue }
            keys[id] = try? Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
        }
        self.keys = keys
    }

    subscript(id: String) -> Insecure.RSA.PublicKey? { keys[id] }
}
