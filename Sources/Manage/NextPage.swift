/// Where somebody goes after proving who they are.
enum NextPage {
    /// Only places of this console: a link must not lead elsewhere, also not by climbing out of it.
    static func path(_ text: String?) -> String {
        guard let text, text == "manage" || text.hasPrefix("manage/") || text.hasPrefix("manage?"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return "manage" }
        let path = text.prefix { $0 != "?" && $0 != "#" }
        let climbs = path.split(separator: "/").contains { $0.hasPrefix(".") || $0.contains("%") }
        return climbs ? "manage" : text
    }
}
