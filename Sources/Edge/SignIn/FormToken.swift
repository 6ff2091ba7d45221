import Crypto
package import Domain
import Foundation

/// The token that each form carries against cross-site request forgery: it is derived from the session, which other
/// sites do not know.
package struct FormToken: Sendable {
    private let key: SymmetricKey
    private let former: [SymmetricKey]

    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - former: keys whose forms are still accepted.
    package init(key: [UInt8], former: [[UInt8]] = []) {
        self.key = SymmetricKey(data: key)
        self.former = former.map { SymmetricKey(data: $0) }
    }

    package func text(for session: SessionID) -> String { Self.text(for: session, key) }

    private static func text(for session: SessionID, _ key: SymmetricKey) -> String {
        HMAC<SHA256>.authenticationCode(for: Data(session.description.utf8), using: key)
            .map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }.joined()
    }

    package func isValid(_ text: String?, for session: SessionID) -> Bool {
        guard let text else { return false }
        let given = Array(text.utf8)
        return ([key] + former).contains { key in
            let expected = Array(Self.text(for: session, key).utf8)
            guard expected.count == given.count else { return false }
            return zip(expected, given).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
        }
    }
}
