import StrictJSON

extension User {
    /// The user's attributes as they are, but for whether the user is active.
    package func attributes(active: Bool) throws(DomainError) -> UserAttributes {
        var document = try profile.attributes()
        document["active"] = .bool(active)
        return try UserAttributes(of: document)
    }
}
