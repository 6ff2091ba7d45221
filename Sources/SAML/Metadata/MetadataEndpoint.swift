/// An endpoint at which an identity provider takes messages (SAML 2.0 Metadata §2.2.2).
public struct MetadataEndpoint: Sendable, Hashable {
    /// How messages travel there.
    public let binding: Binding
    /// The address.
    public let location: String
    /// The address for answers, if it is not `location`.
    public let responseLocation: String?

    /// An endpoint of the given parts; nothing is checked.
    public init(binding: Binding, location: String, responseLocation: String? = nil) {
        self.binding = binding
        self.location = location
        self.responseLocation = responseLocation
    }

    /// Whether a browser may be sent there: `https`, or `http` to this machine; with a host, without user information
    /// and fragment, of characters that need no escaping (RFC 3986 §2).
    public static func isTaken(_ location: String) -> Bool {
        guard location.utf8.count <= MetadataLimits.location,
            location.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}#".utf8.contains($0) }),
            let separator = location.firstRange(of: "://")
        else { return false }
        let authority = location[separator.upperBound...].prefix { $0 != "/" && $0 != "?" }
        guard let host = host(of: authority) else { return false }
        switch location[..<separator.lowerBound].lowercased() {
        case "https": return true
        case "http": return ["127.0.0.1", "localhost", "[::1]"].contains(host)
        default: return false
        }
    }

    /// Without its port; nil when the authority holds anything else than the two (RFC 3986 §3.2).
    private static func host(of authority: Substring) -> String? {
        let host: Substring
        if authority.first == "[", let end = authority.firstIndex(of: "]") {
            host = authority[...end]
            guard host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                return nil
            }
        } else {
            host = authority.prefix { $0 != ":" }
            guard host.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else { return nil }
        }
        let port = authority[host.endIndex...]
        guard !host.isEmpty,
            port.isEmpty || port.first == ":" && port.count <= 6 && port.dropFirst().allSatisfy(\.isNumber)
        else { return nil }
        return host.lowercased()
    }

    /// Whether a `{tenant}` or `{tenantid}` was never replaced by what it stands for.
    static func holdsPlaceholder(_ text: String) -> Bool { text.lowercased().contains("{tenant") }
}
