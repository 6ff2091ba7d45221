/// A browser's name for itself (RFC 9110 §10.1.5), in the two words that people know it by.
struct BrowserName: CustomStringConvertible {
    let userAgent: String

    var description: String {
        let found = [Self.first(of: Self.browsers, in: userAgent), Self.first(of: Self.systems, in: userAgent)]
            .compactMap(\.self)
        return found.isEmpty ? (userAgent.isEmpty ? "–" : String(userAgent.prefix(60))) : found.joined(separator: ", ")
    }

    /// In this order, since some name others as well.
    private static let browsers = [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]
    private static let systems = [
        ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ]

    private static func first(of names: [(String, String)], in text: String) -> String? {
        names.first { text.contains($0.0) }?.1
    }
}
