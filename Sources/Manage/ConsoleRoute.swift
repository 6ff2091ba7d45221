import Domain

/// The pages of the console: a table of contents.
enum ConsoleRoute: Hashable {
    case companySignIn
    case signIn, signInCode, signOut, forgotten, mailbox
    case passwordLink(PlainTokenText)
    case home
    case asset(String)
    case plugins, plugin(PluginID), tokens(PluginID), tokenRevocation(PluginID, TokenID)
    case log, logExport(String)
    case reviews
    case securityLog, securityLogExport(String)
    case groups, group(GroupID), groupSupervisors(GroupID)
    case team, teamMember(UserID)
    case roleMappings(PluginID), guide(PluginID), pluginDeletion(PluginID)
    case samlProvider(PluginID), samlProviderApproval(PluginID), samlKeys(PluginID), samlCertificate(PluginID)
    case samlSignIns(PluginID), samlSignIn(PluginID, SAMLSignInID)
    case clients(PluginID), clientSecrets(PluginID, OAuthClientID), clientFederation(PluginID, OAuthClientID)
    case clientRevocation(PluginID, OAuthClientID), clientSecretRevocation(PluginID, ClientSecretID)
    case settings
    case domains, domainCheck(MailDomain), domainRemoval(MailDomain)
    case users, newUser, deletedUsers, user(UserID)
    case userImports, userImportTemplate, userImport(UserImportID), userImportBeginning(UserImportID)
    case userImportResults(UserImportID)
    case userEditing(UserID), userRoles(UserID), userRelease(UserID)
    case userSuspension(UserID), userDeletion(UserID), userRestoration(UserID), userPasswordLink(UserID)
    case userInvitation(UserID)
    case userSecondFactor(UserID), userSignOut(UserID)
    case userIdentities(UserID)
    case secondFactor, recoveryCodes, secondFactorRemoval
    case account, confirmation, ownIdentities, sessionEnd(SessionID), otherSessionsEnd

    typealias PlainTokenText = String

    /// - Parameter path: what follows the tenant, in its parts.
    init?(_ path: [String]) {
        switch path.count {
        case 0: self = .home
        case 1:
            switch path[0] {
            case "login": self = .signIn
            case "logout": self = .signOut
            case "forgotten": self = .forgotten
            case "mailbox": self = .mailbox
            case "manage": self = .home
            default: return nil
            }
        case 2 where path == ["login", "code"]: self = .signInCode
        case 2 where path == ["login", "company"]: self = .companySignIn
        case 2 where path[0] == "password": self = .passwordLink(path[1])
        case 2... where path[0] == "manage": self.init(below: Array(path.dropFirst()))
        default: return nil
        }
    }

    private init?(below path: [String]) {
        switch (path[0], path.count) {
        case ("assets", 2): self = .asset(path[1])
        case ("account", 1): self = .account
        case ("account", 2) where path[1] == "confirmation": self = .confirmation
        case ("account", 2) where path[1] == "identities": self = .ownIdentities
        case ("account", 2) where path[1] == "second-factor": self = .secondFactor
        case ("account", 2) where path[1] == "recovery-codes": self = .recoveryCodes
        case ("account", 3) where path[1] == "second-factor" && path[2] == "removal": self = .secondFactorRemoval
        case ("account", 3) where path[1] == "sessions" && path[2] == "others": self = .otherSessionsEnd
        case ("account", 3) where path[1] == "sessions":
            guard let id = SessionID(path[2]) else { return nil }
            self = .sessionEnd(id)
        case ("security", 1): self = .securityLog
        case ("security.csv", 1), ("security.json", 1): self = .securityLogExport(String(path[0].dropFirst(9)))
        case ("settings", 1): self = .settings
        case ("settings", 2) where path[1] == "domains": self = .domains
        case ("settings", 4) where path[1] == "domains":
            guard let name = MailDomain(path[2]) else { return nil }
            switch path[3] {
            case "check": self = .domainCheck(name)
            case "removal": self = .domainRemoval(name)
            default: return nil
            }
        case ("groups", 1): self = .groups
        case ("groups", 2):
            guard let id = GroupID(path[1]) else { return nil }
            self = .group(id)
        case ("groups", 3) where path[2] == "supervisors":
            guard let id = GroupID(path[1]) else { return nil }
            self = .groupSupervisors(id)
        case ("team", 1): self = .team
        case ("team", 2):
            guard let id = UserID(path[1]) else { return nil }
            self = .teamMember(id)
        case ("users", 1): self = .users
        case ("users", 2) where path[1] == "new": self = .newUser
        case ("users", 2) where path[1] == "deleted": self = .deletedUsers
        case ("users", 2...4) where path[1] == "imports": self.init(ofImports: Array(path.dropFirst(2)))
        case ("users", 2...3):
            guard let id = UserID(path[1]) else { return nil }
            switch path.dropFirst(2).first {
            case nil: self = .user(id)
            case "edit": self = .userEditing(id)
            case "roles": self = .userRoles(id)
            case "release": self = .userRelease(id)
            case "suspension": self = .userSuspension(id)
            case "deletion": self = .userDeletion(id)
            case "restoration": self = .userRestoration(id)
            case "second-factor": self = .userSecondFactor(id)
            case "sign-out": self = .userSignOut(id)
            case "identities": self = .userIdentities(id)
            case "invitation": self = .userInvitation(id)
            case "password-link": self = .userPasswordLink(id)
            default: return nil
            }
        case ("integration", 2) where path[1] == "plugins": self = .plugins
        case ("integration", 2) where path[1] == "log": self = .log
        case ("integration", 2) where path[1] == "reviews": self = .reviews
        case ("integration", 2) where path[1] == "log.csv" || path[1] == "log.json":
            self = .logExport(String(path[1].dropFirst(4)))
        case ("integration", 3...7) where path[1] == "plugins":
            guard let id = PluginID(path[2]) else { return nil }
            self.init(of: id, Array(path.dropFirst(3)))
        default: return nil
        }
    }

    private init?(ofImports path: [String]) {
        guard let first = path.first else {
            self = .userImports
            return
        }
        if path == ["template.csv"] {
            self = .userImportTemplate
            return
        }
        guard let id = UserImportID(first) else { return nil }
        switch path.dropFirst().first {
        case nil: self = .userImport(id)
        case "beginning": self = .userImportBeginning(id)
        case "results.csv": self = .userImportResults(id)
        default: return nil
        }
    }

    private init?(of plugin: PluginID, _ path: [String]) {
        switch path.count {
        case 0: self = .plugin(plugin)
        case 1 where path[0] == "tokens": self = .tokens(plugin)
        case 1 where path[0] == "role-mappings": self = .roleMappings(plugin)
        case 1 where path[0] == "guide": self = .guide(plugin)
        case 1 where path[0] == "deletion": self = .pluginDeletion(plugin)
        case 1 where path[0] == "clients": self = .clients(plugin)
        case 1 where path[0] == "provider": self = .samlProvider(plugin)
        case 1 where path[0] == "keys": self = .samlKeys(plugin)
        case 1 where path[0] == "certificate.pem": self = .samlCertificate(plugin)
        case 1 where path[0] == "sign-ins": self = .samlSignIns(plugin)
        case 2 where path == ["provider", "approval"]: self = .samlProviderApproval(plugin)
        case 2 where path[0] == "sign-ins":
            guard let id = SAMLSignInID(path[1]) else { return nil }
            self = .samlSignIn(plugin, id)
        case 4 where path[0] == "clients" && path[1] == "secrets" && path[3] == "revocation":
            guard let id = ClientSecretID(path[2]) else { return nil }
            self = .clientSecretRevocation(plugin, id)
        case 3 where path[0] == "clients":
            guard let id = OAuthClientID(path[1]) else { return nil }
            switch path[2] {
            case "secrets": self = .clientSecrets(plugin, id)
            case "federation": self = .clientFederation(plugin, id)
            case "revocation": self = .clientRevocation(plugin, id)
            default: return nil
            }
        case 3 where path[0] == "tokens" && path[2] == "revocation":
            guard let id = TokenID(path[1]) else { return nil }
            self = .tokenRevocation(plugin, id)
        default: return nil
        }
    }

    /// The name of its case, for logs.
    var name: String { String("\(self)".prefix { $0 != "(" }) }

    /// The permission or state that a caller needs.
    enum Access: Hashable {
        case anybody
        case signedIn
        case permission(Permission)
    }

    var access: Access {
        switch self {
        case .companySignIn, .signIn, .signInCode, .passwordLink, .forgotten, .mailbox, .asset: .anybody
        case .team, .teamMember, .secondFactor, .recoveryCodes, .secondFactorRemoval, .signOut, .home, .account,
            .confirmation, .ownIdentities, .sessionEnd, .otherSessionsEnd:
            .signedIn
        case .samlProvider, .samlProviderApproval, .samlKeys, .samlCertificate, .samlSignIns, .samlSignIn, .plugins,
            .plugin, .tokens, .tokenRevocation, .log, .logExport, .reviews, .securityLog, .securityLogExport,
            .roleMappings,
            .guide, .pluginDeletion, .clients, .clientSecrets, .clientFederation, .clientRevocation,
            .clientSecretRevocation,
            .settings, .domains, .domainCheck, .domainRemoval:
            .permission(.manageIntegration)
        case .users, .user, .groups, .group: .permission(.readUsers)
        case .groupSupervisors, .userSecondFactor, .userSignOut, .userIdentities, .userInvitation, .userImports,
            .userImportTemplate,
            .userImport,
            .userImportBeginning,
            .userImportResults,
            .newUser, .deletedUsers, .userEditing, .userRoles, .userRelease, .userSuspension, .userDeletion,
            .userRestoration, .userPasswordLink:
            .permission(.manageUsers)
        }
    }

    /// Making or taking back a way in, or giving somebody more rights, asks for a proof of who one is that is not old.
    /// So does changing where somebody's mail goes, and making somebody who manages others, which their pages ask for.
    func needsFreshSignIn(_ method: ConsoleMethod) -> Bool {
        switch self {
        case .samlProviderApproval, .samlKeys, .plugin, .roleMappings, .reviews, .userInvitation, .userImportBeginning,
            .userDeletion, .userRestoration:
            method == .post
        case .clients, .clientSecrets, .clientFederation, .clientRevocation, .clientSecretRevocation, .pluginDeletion,
            .samlProvider, .tokens, .tokenRevocation, .userPasswordLink, .userRoles, .userSecondFactor, .userIdentities,
            .ownIdentities, .secondFactor, .recoveryCodes, .secondFactorRemoval:
            true
        default: false
        }
    }

    /// The question that is asked before the step, as the name of a text; nil for a step without one. A script asks it,
    /// or a page where scripts do not run.
    var question: String? {
        switch self {
        case .tokenRevocation: "plugin.revokeAsk"
        case .clientSecretRevocation: "client.secretAsk"
        case .clientRevocation: "client.revokeAsk"
        case .userDeletion: "user.deleteAsk"
        case .userRelease: "user.releaseAsk"
        case .userSecondFactor: "user.removeFactorAsk"
        case .userIdentities: "user.unlinkAsk"
        case .ownIdentities: "account.unlinkAsk"
        case .secondFactorRemoval: "code.removeAsk"
        case .domainRemoval: "domain.removeAsk"
        default: nil
        }
    }

    /// The page that its form stands on.
    var page: String {
        switch self {
        case .tokens(let id), .tokenRevocation(let id, _): "manage/integration/plugins/\(id)"
        case .userPasswordLink(let id), .userRoles(let id), .userSecondFactor(let id), .userIdentities(let id),
            .userSignOut(let id):
            "manage/users/\(id)"
        case .samlProvider(let id), .samlProviderApproval(let id): "manage/integration/plugins/\(id)/provider"
        case .samlKeys(let id): "manage/integration/plugins/\(id)"
        case .clients(let id), .clientSecrets(let id, _), .clientFederation(let id, _), .clientRevocation(let id, _),
            .clientSecretRevocation(let id, _):
            "manage/integration/plugins/\(id)/clients"
        case .pluginDeletion(let id): "manage/integration/plugins/\(id)/deletion"
        case .plugin(let id), .roleMappings(let id): "manage/integration/plugins/\(id)"
        case .reviews: PageFrame.Section.reviews.path
        case .userInvitation(let id), .userDeletion(let id), .userRelease(let id): "manage/users/\(id)"
        case .userRestoration: "manage/users/deleted"
        case .userEditing(let id): "manage/users/\(id)/edit"
        case .newUser: "manage/users/new"
        case .userImportBeginning(let id): "manage/users/imports/\(id)"
        case .secondFactor: "manage/account/second-factor"
        case .account, .ownIdentities, .recoveryCodes, .secondFactorRemoval: "manage/account"
        case .domains, .domainCheck, .domainRemoval: DomainController.path
        default: "manage"
        }
    }

    /// The methods that it answers; HEAD goes with GET.
    var methods: Set<ConsoleMethod> {
        switch self {
        case .companySignIn, .samlCertificate, .samlSignIns, .samlSignIn, .team, .teamMember, .mailbox,
            .userImportTemplate, .userImport, .userImportResults, .home, .asset, .log, .securityLog,
            .securityLogExport, .logExport, .users,
            .user,
            .deletedUsers, .groups, .group, .guide:
            [.get]
        case .samlProviderApproval, .samlKeys, .userIdentities, .ownIdentities, .groupSupervisors, .clientSecrets,
            .clientFederation,
            .clientRevocation, .clientSecretRevocation,
            .signInCode,
            .userSecondFactor, .userSignOut, .recoveryCodes, .secondFactorRemoval, .userInvitation,
            .userImportBeginning, .signOut, .tokens, .tokenRevocation, .roleMappings, .userRoles,
            .userRelease,
            .userSuspension,
            .userDeletion,
            .userRestoration, .userPasswordLink, .sessionEnd, .otherSessionsEnd, .domainCheck, .domainRemoval:
            [.post]
        case .samlProvider, .settings, .domains, .clients, .pluginDeletion, .secondFactor, .userImports, .signIn,
            .forgotten,
            .passwordLink, .newUser, .userEditing, .plugins, .plugin,
            .reviews,
            .account,
            .confirmation:
            [.get, .post]
        }
    }
}

enum ConsoleMethod: String, Hashable { case get = "GET", post = "POST" }
