import Crypto
package import Domain
import Foundation

/// HMAC-SHA-256 of names and addresses that are compared, and that nobody should read in the database.
package struct KeyedHash: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: 32 bytes.
    package init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    /// - Parameter purpose: equal texts for different purposes have different hashes, as have those of other tenants.
    package func digest(of texts: [String], for purpose: String, in tenant: TenantID) -> [UInt8] {
        // The length before each text keeps lists of other texts apart.
        let message = ([purpose, tenant.description] + texts).map { "\($0.utf8.count) \($0)" }.joined(separator: " ")
        return Array(HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: key))
    }

    /// The hash of a name that somebody has typed; case makes no difference.
    package func digest(ofName name: String, in tenant: TenantID) -> [UInt8] {
        digest(of: [FoldedKey(String(name.prefix(Self.charactersHashed))).description], for: "name", in: tenant)
    }

    /// However long a name is, this much of it is looked at.
    package static let charactersHashed = 200
}
