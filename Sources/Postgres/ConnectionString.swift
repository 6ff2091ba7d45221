import CLibPQ

/// The parameters in a libpq connection string or URI, by libpq's keywords.
struct ConnectionString {
    let values: [String: String]

    struct Unreadable: Error { let reason: String }

    static let empty = ConnectionString(values: [:])

    private init(values: [String: String]) { self.values = values }

    init(_ text: String) throws(Unreadable) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            defer { PQfreemem(message) }
            throw Unreadable(
                reason: message.map { String(cString: $0).split(separator: "\n").first.map(String.init) ?? "" } ?? "")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.values = values
    }
}
