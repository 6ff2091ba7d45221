import Edge
import SCIM

/// The query of a URL as clients write it: `+` or `%20` for a blank, raw or encoded brackets and quotes, stray `&`.
enum QueryString {
    static func parse(_ query: String?) throws(SCIMError) -> [(String, String)] {
        guard let query, !query.isEmpty else { return [] }
        var items: [(String, String)] = []
        for part in query.utf8.split(separator: UInt8(ascii: "&")) {
            let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            items.append((try decode(pieces[0]), pieces.count > 1 ? try decode(pieces[1]) : ""))
        }
        return items
    }

    private static func decode(_ bytes: Substring.UTF8View) throws(SCIMError) -> String {
        guard let text = PercentEncoding.decode(bytes, plusIsBlank: true) else {
            throw .invalidValue("The query of the URL is not percent-encoded UTF-8.")
        }
        return text
    }
}
