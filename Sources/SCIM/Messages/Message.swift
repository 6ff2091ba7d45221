import StrictJSON

/// The members of a message by name in any case.
struct Message {
    private let object: JSONObject

    /// - Throws: `invalidSyntax` when a member is there twice, in two spellings.
    init(_ object: JSONObject) throws(SCIMError) {
        try object.checkNamesDiffer()
        self.object = object
    }

    subscript(name: String) -> JSON? {
        if let value = object[name] { return value }
        return object.first { $0.key.equalsIgnoringASCIICase(name) }?.value
    }

    /// Refuses a message that does not name its schema (RFC 7644 §3.1).
    func requireSchema(_ urn: String) throws(SCIMError) {
        guard case .array(let urns)? = self["schemas"],
            urns.contains(where: { $0.stringValue?.equalsIgnoringASCIICase(urn) == true })
        else { throw .invalidValue("'schemas' must hold \(urn).") }
    }
}
