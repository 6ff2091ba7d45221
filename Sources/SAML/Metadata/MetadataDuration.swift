/// Durations as metadata writes them (XML Schema Part 2 §3.2.6): `P1D`, `PT1H30M`.
enum MetadataDuration {
    private static let date: [(Character, Int)] = [("Y", 365 * 86_400), ("M", 30 * 86_400), ("D", 86_400)]
    private static let time: [(Character, Int)] = [("H", 3600), ("M", 60), ("S", 1)]

    /// In seconds, a month taken for 30 days and a year for 365; fractions are cut.
    ///
    /// - Returns: nil for what is no duration, and for a negative one.
    static func seconds(_ text: String) -> Int? {
        guard text.first == "P", text.count > 1, text.last != "T" else { return nil }
        let parts = text.dropFirst().split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count <= 2, let days = sum(parts[0], date) else { return nil }
        if parts.count == 1 { return days }
        guard let rest = sum(parts[1], time) else { return nil }
        return days + rest
    }

    /// - Parameter units: each at most once and in this order.
    private static func sum(_ text: Substring, _ units: [(Character, Int)]) -> Int? {
        var (sum, rest, units) = (0, text, units[...])
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            guard (1...9).contains(number.count), let value = Double(number), let unit = rest.popFirst(),
                let place = units.firstIndex(where: { $0.0 == unit })
            else { return nil }
            sum += Int(value) * units[place].1
            units = units[(place + 1)...]
        }
        return sum
    }
}
