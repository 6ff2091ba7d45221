package import HTTPTypes

/// The reverse proxies whose word on a client's address is taken.
package struct TrustedProxies: Sendable, Hashable {
    private let ranges: [NetworkRange]

    /// Proxies on this machine.
    package static let loopback = TrustedProxies([NetworkRange("127.0.0.0/8"), NetworkRange("::1")].compactMap(\.self))

    package init(_ ranges: [NetworkRange]) { self.ranges = ranges }

    /// Nil unless the text is a list of ranges, separated by commas.
    package init?(_ text: String) {
        var ranges: [NetworkRange] = []
        for part in text.split(separator: ",") {
            guard let range = NetworkRange(part.filter { $0 != " " }) else { return nil }
            ranges.append(range)
        }
        self.ranges = ranges
    }

    private func contains(_ address: NetworkAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// The addresses of a header that are looked at, from its end.
    private static let addressesRead = 32

    /// The address of the client: the last one that no trusted proxy has, of those that proxies have noted.
    ///
    /// A client can put anything at the beginning of the headers, and a whole header that its proxy does not know. So
    /// they are read from the end, and two headers that disagree are not believed.
    ///
    /// - Parameter remote: where the connection comes from; nil for a socket of this machine's file system.
    package func client(remote: NetworkAddress?, _ headers: HTTPFields) -> String {
        let own = remote?.description ?? "unix"
        if let remote, !contains(remote) { return own }
        let noted = [Self.forwardedFor(headers), Self.forwarded(headers)].compactMap(\.self)
        let clients = Set(noted.map { client(of: $0) ?? own })
        return clients.count == 1 ? clients.first ?? own : own
    }

    /// Nil when the nearest proxy has noted nothing that is an address.
    private func client(of noted: [NetworkAddress?]) -> String? {
        var last: NetworkAddress?
        for address in noted.suffix(Self.addressesRead).reversed() {
            guard let address else { break }
            last = address
            if !contains(address) { break }
        }
        return last?.description
    }

    /// The addresses of `X-Forwarded-For`, nil for each that is none; nil without the header.
    private static func forwardedFor(_ headers: HTTPFields) -> [NetworkAddress?]? {
        let lines = headers[values: .forwardedFor]
        if lines.isEmpty { return nil }
        return lines.joined(separator: ",").split(separator: ",", omittingEmptySubsequences: false).map(address)
    }

    /// The `for` parameters of `Forwarded` (RFC 7239 §4), likewise.
    private static func forwarded(_ headers: HTTPFields) -> [NetworkAddress?]? {
        let lines = headers[values: .forwarded]
        if lines.isEmpty { return nil }
        return pieces(of: lines.joined(separator: ","), at: ",").map { element in
            for pair in pieces(of: element, at: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, trimmed(parts[0]).lowercased() == "for" else { continue }
                return address(trimmed(parts[1]).filter { $0 != "\"" && $0 != "\\" }[...])
            }
            return nil
        }
    }

    /// The text in pieces, cut where the separator stands outside of quotes.
    private static func pieces(of text: String, at separator: Character) -> [String] {
        var pieces = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == separator, !isQuoted {
                pieces.append("")
            } else {
                pieces[pieces.count - 1].append(character)
            }
        }
        return pieces
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }

    /// An address, with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
    private static func address(_ text: Substring) -> NetworkAddress? {
        let text = trimmed(text)
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return NetworkAddress(text[text.index(after: text.startIndex)..<end])
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? NetworkAddress(parts[0]) : NetworkAddress(text)
    }
}

extension HTTPField.Name {
    static let forwarded = Self("Forwarded")!
    static let forwardedFor = Self("X-Forwarded-For")!
}
