import StrictJSON

/// The steps to take at the identity provider, in its own words.
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
            "attributes": GuideAttributes(provider: provider, words: words).json,
        ]
    }
}
