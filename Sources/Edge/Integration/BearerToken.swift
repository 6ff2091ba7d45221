package import HTTPTypes

/// The token that a request shows in `Authorization` (RFC 6750 §2.1).
package enum BearerToken: Sendable, Hashable {
    case absent
    /// Something else than a token, or another scheme.
    case malformed
    case bearer(String)
    /// Without `Bearer` before it, as Okta's header mode sends it.
    case bare(String)

    /// The longest token that is looked at.
    static let maximumBytes = 512

    package init(_ fields: HTTPFields) {
        guard let value = fields[.authorization] else {
            self = .absent
            return
        }
        let parts = value.split(separator: " ", omittingEmptySubsequences: true)
        switch parts.count {
        case 2 where parts[0].lowercased() == "bearer" && Self.isToken(parts[1]): self = .bearer(String(parts[1]))
        case 1 where parts[0].lowercased() != "bearer" && Self.isToken(parts[0]): self = .bare(String(parts[0]))
        default: self = .malformed
        }
    }

    /// The characters of b64token (RFC 6750 §2.1).
    private static func isToken(_ text: Substring) -> Bool {
        (1...maximumBytes).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
