extension StringProtocol {
    /// Whether both are the same bytes: Swift takes an accent for the same however it is written, and K for Kelvin.
    func isExactly(_ other: (some StringProtocol)?) -> Bool { other.map { utf8.elementsEqual($0.utf8) } ?? false }
}

extension String {
    /// Without white space around it.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[start...end])
    }

    /// Its beginning, in Unicode scalars: one character of Swift may be as long as a message.
    func shortened(to count: Int) -> String { String(unicodeScalars.prefix(count)) }
}
