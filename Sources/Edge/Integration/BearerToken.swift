package import Domain
package import HTTPTypes

/// The token that a request shows in `Authorization` (RFC 6750 §2.1).
package enum BearerToken: Sendable, Hashable {
    case absent
    /// Something else than a token, or another scheme.
    case malformed
    case bearer(String)
    /// Without `Bearer` before it, as Okta's header mode sends it.
    case bare(String)
    /// In a header of the plug-in's own.
    case custom(String, in: TokenHeader)

    /// The token itself; nil where there is none.
    var text: String? {
        switch self {
        case .absent, .malformed: nil
        case .bearer(let text), .bare(let text), .custom(let text, _): text
        }
    }

    /// The longest token that is looked at.
    static let maximumBytes = 512

    package init(_ fields: HTTPFields) {
        guard let value = fields[.authorization] else {
            self = .absent
            return
        }
        let words = value.utf8.split(separator: UInt8(ascii: " "))
        switch words.count {
        case 2 where Self.isScheme(words[0]) && Self.isToken(words[1]): self = .bearer(String(words[1]) ?? "")
        case 1 where !Self.isScheme(words[0]) && Self.isToken(words[0]): self = .bare(String(words[0]) ?? "")
        default: self = .malformed
        }
    }

    /// Reads the value of the first of these headers that the request has; `absent` if it has none of them.
    init(_ fields: HTTPFields, in headers: Set<TokenHeader>) {
        for header in headers {
            guard let name = HTTPField.Name(header.description), let value = fields[name] else { continue }
            self = Self.isToken(value[...].utf8) ? .custom(value, in: header) : .malformed
            return
        }
        self = .absent
    }

    /// `Bearer` in any case (RFC 9110 §11.1).
    private static func isScheme(_ word: Substring.UTF8View) -> Bool {
        word.count == 6 && word.elementsEqual("bearer".utf8) { $0 | 0x20 == $1 }
    }

    /// The characters of b64token (RFC 6750 §2.1).
    private static func isToken(_ word: Substring.UTF8View) -> Bool {
        (1...maximumBytes).contains(word.count) && word.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
