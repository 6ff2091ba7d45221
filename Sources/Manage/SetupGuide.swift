import StrictJSON

/// What to do on the identity provider's side, in its own words.
struct SetupGuide {
    enum Provider: String, CaseIterable {
        case entra, okta, onelogin, google, jumpcloud, ping

        /// By what the admin called the connection.
        static func guessed(from name: String) -> Provider {
            let name = name.lowercased()
            if name.contains("azure") || name.contains("microsoft") { return .entra }
            return allCases.first { name.contains($0.rawValue) } ?? .entra
        }

        var name: String {
            switch self {
            case .entra: "Microsoft Entra ID"
            case .okta: "Okta"
            case .onelogin: "OneLogin"
            case .google: "Google Workspace"
            case .jumpcloud: "JumpCloud"
            case .ping: "Ping Identity"
            }
        }
    }

    let provider: Provider
    let words: Catalogue

    /// Steps are the texts `guide.<provider>1`, `…2` and so on.
    private var steps: [String] {
        (1...).lazy.map { "guide.\(provider.rawValue)\($0)" }.prefix { words.keys.contains($0) }.map { words[$0] }
    }

    /// Our attribute, and what the provider calls it by default.
    private static let attributes = [
        ("userName", "userPrincipalName", "login"), ("externalId", "objectId", "id"),
        ("active", "Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\")", "active"),
        ("displayName", "displayName", "displayName"), ("name.givenName", "givenName", "firstName"),
        ("name.familyName", "surname", "lastName"), ("emails[type eq \"work\"].value", "mail", "email"),
        ("title", "jobTitle", "title"), ("preferredLanguage", "preferredLanguage", "preferredLanguage"),
        ("phoneNumbers[type eq \"mobile\"].value", "mobile", "mobilePhone"),
        ("addresses[type eq \"work\"].locality", "city", "city"),
        ("addresses[type eq \"work\"].country", "country", "countryCode"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber", "employeeId", "employeeNumber"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "department", "department"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "manager", "managerId"),
    ]

    var json: JSONObject {
        [
            "provider": .string(provider.name),
            "providers": .array(
                Provider.allCases.map { one in
                    [
                        "value": .string(one.rawValue), "text": .string(one.name), "isChosen": .bool(one == provider),
                    ]
                }),
            "steps": .array(steps.map { .string($0) }),
            "attributes": .array(
                Self.attributes.map { ours, entra, others in
                    ["ours": .string(ours), "theirs": .string(provider == .entra ? entra : others)]
                }),
        ]
    }
}
