/// A place of the console that somebody goes to after proving who they are.
package enum ConsolePath {
    /// Only places of this console: a link must not lead elsewhere, also not by climbing out of it.
    package static func checked(_ text: String?) -> String {
        guard let text, text == "manage" || text.hasPrefix("manage/") || text.hasPrefix("manage?"),
            text.utf8.count <= longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return "manage" }
        let path = text.prefix { $0 != "?" && $0 != "#" }
        let climbs = path.split(separator: "/").contains { $0.hasPrefix(".") || $0.contains("%") }
        return climbs ? "manage" : text
    }

    private static let longest = 2000
}
