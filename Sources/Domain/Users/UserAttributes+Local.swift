import StrictJSON

extension UserAttributes {
    /// The least that a user made here has.
    ///
    /// - Throws: `invalid`, naming the field `userName` or `email`.
    package static func local(
        userName: String, email: String, givenName: String?, familyName: String?
    ) throws(DomainError) -> UserAttributes {
        guard let name = UserName(userName) else { throw .invalid(field: "userName", reason: "must not be empty") }
        guard looksLikeAddress(email) else {
            throw .invalid(field: "email", reason: "must be an address like name@company.example")
        }
        var document: JSONObject = [
            "schemas": [.string(coreURN)], "userName": .string(userName), "active": true,
            "emails": [["value": .string(email), "type": "work", "primary": true]],
        ]
        var names = JSONObject()
        if let givenName { names["givenName"] = .string(givenName) }
        if let familyName { names["familyName"] = .string(familyName) }
        if !names.isEmpty { document["name"] = .object(names) }
        return UserAttributes(
            userName: name, externalID: nil, isActive: true, emails: [email], employeeNumber: nil, manager: nil,
            document: document)
    }

    /// The schema of users (RFC 7643 §4.1).
    private static let coreURN = "urn:ietf:params:scim:schemas:core:2.0:User"

    /// Whether mail could be sent there: a name, one @ and a domain (RFC 5321 §4.5.3.1.3 on the length).
    private static func looksLikeAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
            && !text.contains { $0.isWhitespace || $0.isNewline }
    }
}
