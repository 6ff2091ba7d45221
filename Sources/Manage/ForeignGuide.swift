import StrictJSON

/// A guide that was written for another product: each of its labels, what that is here, and where.
enum ForeignGuide: String, CaseIterable {
    case velpic, peripass
    case vaultPlatform = "vault-platform"

    static let allCases: [Self] = [.velpic, .vaultPlatform, .peripass]

    /// The place of a page, from the page of a connection.
    private enum Place {
        case plugins, settings, here(String), clients, provider

        func href(_ base: String, _ plugin: String) -> String? {
            switch self {
            case .plugins: "\(base)/\(PageFrame.Section.plugins.path)"
            case .settings: "\(base)/\(PageFrame.Section.settings.path)"
            case .here(let field): "\(plugin)#\(field)"
            case .clients: "\(plugin)/clients"
            // It is not in this console.
            case .provider: nil
            }
        }
    }

    /// The guide's own words, as they stand in it.
    private var labels: [(theirs: String, place: Place)] {
        switch self {
        case .velpic:
            [
                ("Manage > Integration > Plugin > SCIM", .plugins), ("Enterprise plan or better", .settings),
                ("Admin permissions", .provider), ("Generate secret token", .here("days")),
                ("Tenant URL", .here("tenant-url")), ("Secret Token", .here("secrets")),
                ("Provisioning Mode: Automatic", .provider), ("Test Connection", .here("doctor")),
                ("Notification Email", .provider), ("Synchronize Microsoft Entra Users to Velpic", .provider),
                ("Scope, Provisioning Status", .provider), ("Default Access", .provider),
            ]
        case .vaultPlatform:
            [
                ("Administration > Authentication", .settings), ("Identity Provider - Azure - SAML", .plugins),
                ("Issuer URI", .plugins), ("SSO URL", .plugins), ("Certificate", .plugins),
                ("Administration > Data Integration", .plugins), ("Data Integration: Azure", .here("name")),
                ("Method of providing SCIM secret location", .clients), ("Secret", .here("own-secret")),
                ("Set as active SCIM Provider", .here("active")),
                ("https://app.vaultplatform.com/api/scim/${organization-slug}", .here("tenant-url")),
                ("Secret Token", .here("secrets")), ("Required for Vault Platform", .here("profile")),
            ]
        case .peripass:
            [
                ("Configuration > Identity providers & provisioning", .plugins), ("Provider name", .here("name")),
                ("User role", .here("role")), ("Default language", .settings),
                ("SCIM Endpoint, Peripass Tenant URL", .here("tenant-url")),
                ("SCIM Token, Secret Token", .here("secrets")), ("Save your changes", .here("settings")),
                ("Invitations", .here("invites")),
            ]
        }
    }

    private func steps(_ words: Catalogue) -> [String] {
        (1...).lazy.map { "foreignSteps.\(rawValue)\($0)" }.prefix { words.keys.contains($0) }.map { words[$0] }
    }

    /// - Parameters:
    ///   - base: the path that everything of the tenant begins with.
    ///   - plugin: the path of the connection's page.
    ///   - isOpen: it is the one that is looked for.
    func json(_ words: Catalogue, base: String, plugin: String, isOpen: Bool) -> JSON {
        [
            "id": .string(rawValue), "product": .string(words["profile.\(rawValue)"]), "isOpen": .bool(isOpen),
            "labels": .array(
                labels.enumerated().map { number, label in
                    [
                        "theirs": .string(label.theirs),
                        "ours": .string(words["foreign.\(rawValue)\(number + 1)"]),
                        "place": label.place.href(base, plugin).map { .string($0) } ?? .null,
                    ]
                }),
            "tasks": .array(steps(words).map { .string($0) }),
        ]
    }
}
