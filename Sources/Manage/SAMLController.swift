import Domain
import Edge
import Foundation
import HTTPTypes
import StrictJSON

/// Manage > Plugins > SAML: what the provider is given, how people are let in, and our keys.
struct SAMLController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    func changes(_ request: ConsoleRequest, _ user: SignedInUser) -> SAMLConnectionChanges {
        SAMLConnectionChanges(
            connections: parts.saml, identifiers: parts.environment.identifiers, origin: request.origin(user),
            isByOwner: user.roles.contains(.owner))
    }

    /// - Throws: `notFound` unless the tenant has such a connection.
    func connection(_ id: PluginID, _ user: SignedInUser) async throws(DomainError) -> SAMLConnection {
        let connections = try await parts.saml.connections(in: user.scope(.manageIntegration))
        guard let found = connections.first(where: { $0.id.plugin == id }) else { throw .notFound }
        return found
    }

    // MARK: The page

    func page(
        _ plugin: Plugin, _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil, field: String? = nil
    ) async throws -> ConsoleAnswer {
        let connection = try await connection(plugin.id, user)
        let addresses = SAMLAddresses(connection.id, of: request.tenant.slug, at: parts.address)
        let href = "\(request.base)/manage/integration/plugins/\(plugin.id)"
        var content = SAMLForm(plugin: plugin, connection: connection, request: request).json
        content["href"] = .string(href)
        content["health"] = .object(HealthWords(of: connection, request).json)
        content["locked"] = PlanGate(request).notice(.saml).map { .string($0) } ?? .null
        let isLinked = try await !mustLink(connection, user)
        let steps = SAMLSetup(connection: connection, request: request).missing(
            hasDomain: try await hasDomain(user), isLinked: isLinked)
        // The first step has a section of its own, and the last one too.
        let shown = steps.filter { $0 != .describe }
        content["hasSteps"] = .bool(shown.contains { $0 != .test })
        content["steps"] = SAMLSetup(connection: connection, request: request).json(shown)
        content["needsDomains"] = .bool(connection.needsDomains)
        content["version"] = .string("\(connection.version)")
        content["pluginVersion"] = .string("\(plugin.version)")
        content["entityID"] = .string(addresses.entityID)
        content["acs"] = .string(addresses[.acs])
        content["loginURL"] = .string(addresses[.login])
        content["slo"] = .string(addresses[.slo])
        content["metadata"] = .string(addresses[.metadata])
        content["download"] = .string("/saml/\(connection.id)/metadata?download")
        content["provider"] = provider(connection, request)
        content["trial"] = .string(trialLink(connection, request, user))
        content["tested"] = request.moment(connection.testedAt)
        let keys = try await parts.saml.keys(of: connection.id)
        content["keys"] = .array(keys.map { key(of: $0, request) })
        content["hasKeys"] = .bool(!keys.isEmpty)
        content["hasNext"] = .bool(keys.contains { $0.state == .next })
        content["hasPrevious"] = .bool(keys.contains { $0.state == .previous })
        let mappings = try await parts.integration.mappingStatuses(of: plugin.id, in: user.scope(.manageIntegration))
        content["mappings"] = .array(mappings.map { MappingRow(status: $0, request: request, showsOrigin: false).json })
        content["hasMappings"] = .bool(!mappings.isEmpty)
        content["mappingValue"] =
            field?.hasPrefix("mapping-") == true ? request.form["value"].map { .string($0) } ?? .null : .null
        let latest = try await parts.saml.signIns(
            of: plugin.id, before: nil, limit: 5, in: user.scope(.manageIntegration))
        content["signIns"] = .array(latest.map { SAMLSignInRow(signIn: $0, request: request).json })
        content["hasSignIns"] = .bool(!latest.isEmpty)
        for (key, value) in try await Timeline(parts).page(ofConnection: plugin.id, request, user) {
            content[key] = value
        }
        content["problem"] = problem.map { .string($0) } ?? .null
        content["problemField"] = field.map { .string($0) } ?? .null
        return .page(
            "saml", title: plugin.name, content, section: .plugins,
            status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    /// Whether the tenant has proved a mail domain.
    func hasDomain(_ user: SignedInUser) async throws(DomainError) -> Bool {
        let scope = TenantScope(tenant: user.tenant, admission: .signIn)
        return try await parts.domains.domains(in: scope).contains(where: \.isVerified)
    }

    /// Whether a user who manages others has not linked their account with a connection yet.
    func mustLink(_ connection: SAMLConnection, _ user: SignedInUser) async throws(DomainError) -> Bool {
        let scope = TenantScope(tenant: user.tenant, admission: .signIn)
        return try await !parts.saml.identities(of: user.user, in: scope)
            .contains { $0.plugin == connection.id.plugin }
    }

    /// A link by which the browser goes through a whole sign-in that begins no session.
    private func trialLink(
        _ connection: SAMLConnection, _ request: ConsoleRequest, _ user: SignedInUser
    ) -> String {
        let ticket = SAMLTicket(.trial, with: connection.id, for: user, target: "manage", now: request.now)
        return "/saml/\(connection.id)/login?ticket=\(ticket.sealed(by: parts.ticketSealer))"
    }

    private func provider(_ connection: SAMLConnection, _ request: ConsoleRequest) -> JSON {
        guard let provider = connection.provider else { return .null }
        return [
            "issuer": .string(provider.issuer), "signOn": .string(provider.singleSignOnURL),
            "logout": provider.singleLogoutURL.map { .string($0) } ?? .null,
            "url": connection.metadataURL.map { .string($0) } ?? .null,
            "read": request.moment(connection.metadataReadAt),
            "hasPending": .bool(connection.pendingMetadata != nil),
            "certificates": .array(
                provider.certificates.compactMap { parts.metadata.details(of: $0) }.map {
                    SAMLCertificateRow(details: $0, request: request).json
                }),
            "hasUnusable": .bool(!provider.unusableCertificates.isEmpty),
            "unusable": .array(
                provider.unusableCertificates.map {
                    [
                        "problem": .string(request.words["metadata.\($0.problem)"]),
                        "sha256": $0.sha256.map { .string($0) } ?? .null,
                    ]
                }),
        ]
    }

    private func key(of key: SAMLKey, _ request: ConsoleRequest) -> JSON {
        [
            "state": .string(request.words["samlKey.\(key.state.rawValue)"]), "expires": request.moment(key.expiresAt),
            "fingerprint": .string(parts.metadata.details(of: key.certificate)?.sha256 ?? ""),
        ]
    }

    // MARK: Settings

    func save(_ plugin: Plugin, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let before = try await connection(plugin.id, user)
        let form = SAMLForm(plugin: plugin, connection: before, request: request)
        let changed: (plugin: Plugin, connection: SAMLConnection)
        do throws(SAMLForm.Problem) { changed = try form.applied() } catch {
            return try await page(
                plugin, request, user, problem: request.words["saml.\(error.key)"], field: error.field)
        }
        // A form of an older page would undo the changes that others have made since.
        let seen = (request.form["version"], request.form["plugin_version"])
        if seen.0.map({ $0 != "\(before.version)" }) == true || seen.1.map({ $0 != "\(plugin.version)" }) == true {
            return try await page(plugin, request, user, problem: request.words["plugin.stale"])
        }
        var after = changed.connection
        (after.isEnabled, after.isPaused) = (changed.plugin.isEnabled, changed.plugin.isPaused)
        if request.form["confirmed"] == nil, let question = try await question(before, after, request, user) {
            return question
        }
        switch try await PluginController(parts).update(plugin, to: changed.plugin, request, user) {
        case .saved: break
        case .asks(let preview): return RolePreviewPage(preview: preview, request: request).answer
        case .fails(let problem): return try await page(plugin, request, user, problem: problem, field: "name")
        }
        do throws(DomainError) {
            try await changes(request, user).update(
                changed.connection, from: before, in: user.scope(.manageIntegration))
        } catch {
            guard case .stale = error else { throw error }
            return try await page(plugin, request, user, problem: request.words["plugin.stale"])
        }
        return .redirect("manage/integration/plugins/\(plugin.id)?done=saved")
    }

    /// Asks before nobody gets in any more, and before links end; nil when neither follows.
    private func question(
        _ before: SAMLConnection, _ after: SAMLConnection, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> ConsoleAnswer? {
        let locksOut = try await LockOut(parts, request, user).follows(from: after.id.plugin, becoming: after)
        let ended = try await changes(request, user).linksEnded(
            by: after, from: before, in: user.scope(.manageIntegration))
        if !locksOut, ended.count == 0 { return nil }
        var texts = locksOut ? [request.words["saml.lockOutAsk"]] : []
        if ended.count > 0 {
            texts.append(request.words["saml.narrowAsk", ["count": "\(ended.count)"]])
        }
        let more = ended.count - ended.userNames.count
        let others = more > 0 ? [request.words["saml.narrowMore", ["count": "\(more)"]]] : []
        return .question(texts.joined(separator: " "), request, items: ended.userNames + others)
    }

    // MARK: Keys

    func rollOver(_ id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let connection = try await connection(id, user)
        switch request.form["step"] {
        case "finish":
            _ = try await changes(request, user).promoteNextKey(
                of: connection.id, in: user.scope(.manageIntegration))
            return .redirect("manage/integration/plugins/\(id)?done=keyTakesOver")
        case "forget":
            _ = try await changes(request, user).forgetPreviousKey(
                of: connection.id, in: user.scope(.manageIntegration))
            return .redirect("manage/integration/plugins/\(id)?done=keyForgotten")
        default:
            try await parts.publishNextKey(connection.id)
            return .redirect("manage/integration/plugins/\(id)?done=keyPublished")
        }
    }

    /// The certificate that signs, for providers that ask for it by itself.
    func certificate(of id: PluginID, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let connection = try await connection(id, user)
        guard let key = try await parts.saml.keys(of: connection.id).first(where: { $0.state == .current }) else {
            throw DomainError.notFound
        }
        return .download(PEM.certificate(key.certificate), type: "application/x-pem-file", name: "lectern.pem")
    }

    // MARK: Who is who

    func unlink(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        guard let plugin = request.form["plugin"].flatMap({ PluginID($0) }), let name = request.form["name_id"] else {
            throw DomainError.notFound
        }
        try await parts.saml.unlink(
            name, of: plugin, from: id,
            change: .unlinking(name, from: id, request.origin(user), parts.environment.identifiers),
            in: user.scope(.manageUsers))
        return .redirect("manage/users/\(id)?done=unlinked")
    }
}

extension Change {
    /// A user is not known to a provider by a name any more.
    static func unlinking(
        _ nameID: String, from user: UserID, _ origin: ChangeOrigin, _ identifiers: IdentifierSource
    ) -> Change {
        var difference = Difference()
        difference.set(SAMLIdentity.field, from: .string(nameID), to: .null)
        return Change(
            id: ChangeID(rawValue: identifiers.next()), action: .update, subject: .user(user), difference: difference,
            origin: origin)
    }
}

/// A certificate of a provider in a list.
struct SAMLCertificateRow {
    let details: CertificateDetails
    let request: ConsoleRequest

    /// Days before the end of a certificate at which it is worth a word.
    static let warningDays: Int64 = 30

    private var state: (key: String, tag: String) {
        if details.notAfter <= request.now { return ("expired", "bad") }
        if details.notBefore > request.now { return ("future", "waiting") }
        if details.notAfter <= request.now.adding(seconds: Self.warningDays * 86_400) { return ("ending", "waiting") }
        return ("good", "fine")
    }

    var json: JSON {
        [
            "subject": .string(details.subject ?? ""), "sha1": .string(details.sha1), "sha256": .string(details.sha256),
            "key": .string(details.key), "until": request.moment(details.notAfter),
            "state": .string(request.words["samlCertificate.\(state.key)"]), "class": .string(state.tag),
        ]
    }
}

/// Says of a connection that the last certificate of its provider ends within 90 days.
struct CertificateWarning {
    let connection: SAMLConnection
    let words: Catalogue
    let now: Timestamp

    private static let days: Int64 = 90

    /// Nil when nothing is to be said.
    var text: String? {
        guard let end = connection.provider?.certificatesEnd, end > now,
            end < now.adding(seconds: Self.days * 86_400)
        else { return nil }
        let moment = Moment(time: end, now: now, words: words)
        return words["plugins.certificateEnds", ["when": moment.relative]]
    }
}
