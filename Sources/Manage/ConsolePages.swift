import Domain
import StrictJSON

/// Which controller answers which route, once the rules that hold for every page have let the request through.
struct ConsolePages {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    /// A page that anybody may call.
    func open(_ request: ConsoleRequest) async throws -> ConsoleAnswer {
        let controller = SignInController(parts)
        switch request.route {
        case .companySignIn: return try await CompanySignIn(parts).route(request)
        case .signInCode: return try await controller.code(request)
        case .forgotten: return try await MailController(parts).forgotten(request)
        case .mailbox: return try MailController(parts).mailbox(request)
        case .passwordLink(let text): return try await controller.passwordLink(text, request)
        default: return try await controller.signIn(request)
        }
    }

    func page(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let (account, plugins) = (AccountController(parts), PluginController(parts))
        let (users, log) = (UserPages(parts), LogController(parts))
        switch request.route {
        case .signOut: return try await account.signOut(request, user)
        case .home: return home(request, user)
        case .account: return try await account.account(request, user)
        case .confirmation: return try await Confirmation(parts).confirmation(request, user)
        case .sessionEnd(let id): return try await account.end(id, request, user)
        case .otherSessionsEnd: return try await account.endOthers(request, user)
        case .plugins: return try await plugins.plugins(request, user)
        case .plugin(let id): return try await plugins.plugin(id, request, user)
        case .tokens(let id): return try await plugins.makeToken(of: id, request, user)
        case .tokenRevocation(let id, let token): return try await plugins.revoke(token, of: id, request, user)
        case .log: return try await log.log(request, user)
        case .logExport(let format): return try await log.export(format, request, user)
        case .securityLog: return try await SecurityLogController(parts).log(request, user)
        case .securityLogExport(let format):
            return try await SecurityLogController(parts).export(format, request, user)
        case .reviews: return try await ReviewController(parts).reviews(request, user)
        case .groups: return try await GroupPages(parts).groups(request, user)
        case .group(let id): return try await GroupPages(parts).group(id, request, user)
        case .users: return try await users.users(request, user)
        case .user(let id): return try await users.user(id, request, user)
        case .newUser: return try await LocalUserController(parts).create(request, user)
        case .deletedUsers: return try await DeletedUserController(parts).deleted(request, user)
        case .userDeletion(let id): return try await LocalUserController(parts).delete(id, request, user)
        case .userRestoration(let id): return try await DeletedUserController(parts).restore(id, request, user)
        case .userEditing(let id): return try await UserEditController(parts).edit(id, request, user)
        case .userRoles(let id): return try await UserEditController(parts).setRole(of: id, request, user)
        case .userRelease(let id): return try await UserEditController(parts).release(id, request, user)
        case .team: return try await TeamPages(parts).team(request, user)
        case .teamMember(let id): return try await TeamPages(parts).member(id, request, user)
        case .groupSupervisors(let id): return try await GroupPages(parts).setSupervisor(of: id, request, user)
        case .settings: return try await SettingsController(parts).settings(request, user)
        case .domains: return try await DomainController(parts).domains(request, user)
        case .domainCheck(let name): return try await DomainController(parts).check(name, request, user)
        case .domainRemoval(let name): return try await DomainController(parts).remove(name, request, user)
        case .pluginDeletion(let id): return try await plugins.delete(id, request, user)
        case .samlProvider(let id): return try await SAMLProviderController(parts).provider(of: id, request, user)
        case .samlProviderApproval(let id):
            return try await SAMLProviderController(parts).decide(about: id, request, user)
        case .samlKeys(let id): return try await SAMLController(parts).rollOver(id, request, user)
        case .samlCertificate(let id): return try await SAMLController(parts).certificate(of: id, user)
        case .samlSignIns(let id): return try await SAMLTraceController(parts).signIns(of: id, request, user)
        case .samlSignIn(let id, let trace):
            return try await SAMLTraceController(parts).signIn(trace, of: id, request, user)
        case .userIdentities(let id): return try await SAMLController(parts).unlink(id, request, user)
        case .clients(let id): return try await ClientController(parts).clients(of: id, request, user)
        case .clientSecrets(let id, let client):
            return try await ClientController(parts).addSecret(to: client, of: id, request, user)
        case .clientFederation(let id, let client):
            return try await ClientController(parts).federate(client, of: id, request, user)
        case .clientRevocation(let id, let client):
            return try await ClientController(parts).revoke(client, of: id, request, user)
        case .clientSecretRevocation(let id, let secret):
            return try await ClientController(parts).revoke(secret, of: id, request, user)
        case .ownIdentities: return try await AccountController(parts).unlink(request, user)
        case .secondFactor: return try await SecondFactorController(parts).setUp(request, user)
        case .recoveryCodes: return try await SecondFactorController(parts).renewRecoveryCodes(request, user)
        case .secondFactorRemoval: return try await SecondFactorController(parts).removeOwn(request, user)
        case .userSecondFactor(let id): return try await SecondFactorController(parts).remove(of: id, request, user)
        case .userSignOut(let id): return try await UserSignOut(parts).signOut(id, request, user)
        case .userInvitation(let id): return try await MailController(parts).invite(id, request, user)
        case .userImports: return try await UserImportController(parts).imports(request, user)
        case .userImportTemplate: return UserImportController(parts).template(request)
        case .userImport(let id): return try await UserImportController(parts).userImport(id, request, user)
        case .userImportBeginning(let id): return try await UserImportController(parts).begin(id, request, user)
        case .userImportResults(let id): return try await UserImportController(parts).results(id, request, user)
        case .roleMappings(let id): return try await plugins.setMapping(of: id, request, user)
        case .guide(let id): return try await plugins.guide(id, request, user)
        case .userSuspension(let id): return try await UserActivity(parts).suspend(id, request, user)
        case .userPasswordLink(let id): return try await users.makePasswordLink(id, request, user)
        case .companySignIn, .signIn, .signInCode, .passwordLink, .forgotten, .mailbox, .asset:
            throw DomainError.notFound
        }
    }

    private func home(_ request: ConsoleRequest, _ user: SignedInUser) -> ConsoleAnswer {
        if user.permissions.contains(.manageIntegration) { return .redirect(PageFrame.Section.plugins.path) }
        if user.permissions.contains(.readUsers) { return .redirect(PageFrame.Section.users.path) }
        if user.isSupervisor { return .redirect(PageFrame.Section.team.path) }
        return .page("message", title: request.words["home.title"], ["text": .string(request.words["home.nothing"])])
    }
}
