import StrictJSON

extension User {
    /// The user's attributes as they are, but for whether the user is active.
    package func attributes(active: Bool) throws(DomainError) -> UserAttributes {
        var document = try profile.attributes()
        document["active"] = .bool(active)
        guard let name = document["userName"]?.stringValue.flatMap({ UserName($0) }) else {
            throw .unexpected("a user without a userName")
        }
        let enterprise = document[UserAttributes.enterpriseURN]
        return UserAttributes(
            userName: name, externalID: document["externalId"]?.stringValue, isActive: active,
            emails: document["emails"]?.arrayValue?.compactMap { $0["value"]?.stringValue } ?? [],
            employeeNumber: enterprise?["employeeNumber"]?.stringValue,
            manager: enterprise?["manager"]?["value"]?.stringValue, document: document)
    }
}
