/// A header field of a plug-in's own whose value is its token, for clients that cannot send `Authorization`.
package struct TokenHeader: Sendable, Hashable, CustomStringConvertible {
    /// In lower case, as names of fields are the same in any case.
    package let description: String

    /// The headers that proxies, browsers and HTTP itself give a meaning to.
    private static let reserved: Set<String> = [
        "age", "allow", "authorization", "connection", "cookie", "date", "dnt", "etag", "expect", "expires",
        "forwarded",
        "from", "host", "keep-alive", "last-modified", "link", "location", "max-forwards", "origin", "pragma", "prefer",
        "priority", "range", "referer", "retry-after", "server", "set-cookie", "te", "trailer", "transfer-encoding",
        "upgrade", "user-agent", "vary", "via", "warning", "x-content-type-options", "x-correlation-id",
        "x-http-method-override", "x-real-ip", "x-request-id", "x-requested-with",
    ]
    private static let reservedBeginnings = [
        "accept", "access-control-", "cache-", "content-", "if-", "proxy-", "sec-", "traceparent", "tracestate",
        "x-forwarded-", "x-original-", "www-",
    ]

    /// Nil for what is no name of letters, digits and hyphens, and for a name that means something already.
    package init?(_ text: String) {
        let name = text.lowercased()
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed), !Self.reserved.contains(name),
            !Self.reservedBeginnings.contains(where: name.hasPrefix)
        else { return nil }
        description = name
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
