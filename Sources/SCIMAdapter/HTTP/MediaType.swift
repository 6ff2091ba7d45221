import SCIM

/// Media types of SCIM messages (RFC 7644 §3.8, §8.1).
enum MediaType {
    static let scim = "application/scim+json"
    static let json = "application/json"

    /// A body must be SCIM or plain JSON, in UTF-8; one without a type is taken for it.
    static func requireJSON(_ contentType: String?) throws(SCIMError) {
        guard let contentType, !contentType.isEmpty, contentType != scim else { return }
        let parts = contentType.split(separator: ";").map { $0.lowercased().trimmingSpaces }
        let isJSON = parts.first == scim || parts.first == json
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst("charset=".count)
        let isUTF8 = charset.map { ["utf-8", "\"utf-8\"", "utf8"].contains($0) } ?? true
        if !isJSON || !isUTF8 { throw .unsupportedMediaType }
    }

    /// `application/scim+json`, unless the client names only `application/json`.
    static func answer(accepting accept: String?) -> String {
        guard let accept = accept?.lowercased(), accept != scim else { return scim }
        return accept.contains(json) && !accept.contains(scim) && !accept.contains("*/*") ? json : scim
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = Substring(self)
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
