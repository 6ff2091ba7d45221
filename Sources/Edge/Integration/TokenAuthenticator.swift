import Crypto
package import Domain
package import HTTPTypes
import Synchronization

/// Says which identity provider a token of a tenant belongs to.
///
/// A valid token is remembered for a while, with the version of the settings that were read with it. This is safe: the
/// transaction that then runs for the client checks both again, and the caller forgets the entry if PostgreSQL rejects
/// it. No request is refused because of a remembered entry alone.
package final class TokenAuthenticator: Sendable {
    private struct Key: Hashable {
        let slug: Slug
        let digest: TokenDigest
    }

    private struct Entry {
        let client: ProvisioningClient
        let until: Timestamp
    }

    private let directory: TenantDirectory
    private let integration: any IntegrationRepository
    private let environment: Environment
    private let uses: TokenUses
    private let refusals: TokenRefusals?
    private let remembered = Mutex<[Key: Entry]>([:])
    private let headers = Mutex<[TenantID: (names: Set<TokenHeader>, until: Timestamp)]>([:])

    private static let secondsRemembered: Int64 = 60
    private let recorder: (any RefusalRecorder)?
    private let metrics: ConnectionMetrics?
    private static let entriesRemembered = 10_000

    package init(
        tenants: any TenantRepository, integration: any IntegrationRepository, environment: Environment,
        uses: TokenUses, recorder: (any RefusalRecorder)? = nil, metrics: ConnectionMetrics? = nil
    ) {
        self.recorder = recorder
        self.metrics = metrics
        refusals = recorder.map { TokenRefusals(recorder: $0, environment: environment) }
        directory = TenantDirectory(tenants)
        self.integration = integration
        self.environment = environment
        self.uses = uses
    }

    /// A refusal is counted as that of a request.
    ///
    /// - Throws: `unauthenticated` for a token that is no good here, `forbidden` for one that is not entitled.
    package func client(
        showing token: BearerToken, to slug: Slug, from address: String
    ) async throws(DomainError) -> ProvisioningClient {
        try await client(showing: token, to: slug, from: address, metrics)
    }

    /// The client of a request that had one already, with the settings that its connection has by now. Nothing is
    /// counted: that request has an answer of its own.
    package func currentClient(
        showing token: BearerToken, to slug: Slug, from address: String
    ) async throws(DomainError) -> ProvisioningClient {
        try await client(showing: token, to: slug, from: address, nil)
    }

    private func client(
        showing token: BearerToken, to slug: Slug, from address: String, _ metrics: ConnectionMetrics?
    ) async throws(DomainError) -> ProvisioningClient {
        let text: String
        switch token {
        case .absent:
            await note(.absent, at: slug, from: address, metrics)
            throw .unauthenticated(reason: "A token is needed: Authorization: Bearer <Secret Token>.")
        case .malformed:
            await note(.malformed, at: slug, from: address, metrics)
            throw .unauthenticated(reason: "The Authorization header does not hold a bearer token.")
        case .bearer(let bearer): text = bearer
        case .bare(let bare): text = bare
        case .custom(let value, _): text = value
        }
        let key = Key(slug: slug, digest: TokenDigest(of: text))
        let now = environment.now()
        if let entry = remembered.withLock({ $0[key] }), entry.until > now,
            Self.objection(to: token, of: entry.client) == nil
        {
            uses.note(entry.client, at: now, from: address)
            return entry.client
        }
        // A mistyped token of ours is refused without asking anybody.
        if text.hasPrefix("lct_"), PlainToken(text: text) == nil {
            await note(.mistyped, at: slug, from: address, metrics)
            throw Self.unknown
        }
        let client = try await look(up: key, from: address, now: now, metrics)
        if let objection = Self.objection(to: token, of: client) {
            metrics?.noteRefusedToken(at: client.tenant, of: client.plugin)
            throw objection
        }
        uses.note(client, at: now, from: address)
        return client
    }

    /// Why the connection takes no token that is shown in this way; nil when it does.
    private static func objection(to token: BearerToken, of client: ProvisioningClient) -> DomainError? {
        switch token {
        case .bare where !client.acceptsBareToken:
            .unauthenticated(reason: "The token must follow the word Bearer in the Authorization header.")
        case .custom(_, let header) where client.tokenHeader != header: unknown
        case .absent, .malformed, .bearer, .bare, .custom: nil
        }
    }

    /// Checks what is remembered, for requests that read nothing of the tenant's or are refused before they do.
    package func admit(_ client: ProvisioningClient) async throws(DomainError) {
        try await integration.admit(in: TenantScope(client))
    }

    /// The token of a request: in `Authorization`, or else in a header that one of the tenant's plug-ins has for it.
    package func token(in fields: HTTPFields, to slug: Slug) async throws(DomainError) -> BearerToken {
        let token = BearerToken(fields)
        guard token == .absent, let tenant = try await directory.tenant(slug) else { return token }
        let now = environment.now()
        if let known = headers.withLock({ $0[tenant] }), known.until > now {
            let token = BearerToken(fields, in: known.names)
            if token != .absent { return token }
        }
        let names = try await integration.tokenHeaders(in: tenant)
        headers.withLock { headers in
            if headers.count >= Self.entriesRemembered { headers.removeAll() }
            headers[tenant] = (names, now.adding(seconds: Self.secondsRemembered))
        }
        return BearerToken(fields, in: names)
    }

    /// Whether a request shows a token that is good here. Asked before the request has been read: nothing is noted, and
    /// reading it asks again.
    package func admits(_ fields: HTTPFields, to slug: Slug) async -> Bool {
        guard let token = try? await token(in: fields, to: slug), let text = token.text else { return false }
        let key = Key(slug: slug, digest: TokenDigest(of: text))
        let now = environment.now()
        if let entry = remembered.withLock({ $0[key] }), entry.until > now { return true }
        guard let tenant = try? await directory.tenant(slug),
            let standing = try? await integration.standing(of: key.digest, in: tenant)
        else { return false }
        return (try? standing.admitted(now: now)) != nil
    }

    /// The token was refused inside a transaction: look again next time, and say precisely why.
    package func forget(_ client: ProvisioningClient) {
        remembered.withLock { entries in entries = entries.filter { $0.value.client != client } }
    }

    /// For the admin who is about to ask why nothing arrives.
    private func note(
        _ kind: Stranger.Kind, at slug: Slug, from address: String, _ metrics: ConnectionMetrics?
    ) async {
        guard let tenant = try? await directory.tenant(slug) else { return }
        recorder?.record(Stranger(kind: kind, at: environment.now(), address: address), at: tenant)
        metrics?.noteRefusedToken(at: tenant)
    }

    private func look(
        up key: Key, from address: String, now: Timestamp, _ metrics: ConnectionMetrics?
    ) async throws(DomainError) -> ProvisioningClient {
        guard let tenant = try await directory.tenant(key.slug) else { throw Self.unknown }
        guard let standing = try await integration.standing(of: key.digest, in: tenant) else {
            directory.doubt(key.slug)
            recorder?.record(Stranger(kind: .unknown, at: now, address: address), at: tenant)
            metrics?.noteRefusedToken(at: tenant)
            throw Self.unknown
        }
        let client: ProvisioningClient
        do throws(DomainError) { client = try standing.admitted(now: now) } catch {
            refusals?.note(error, standing.client, now: now)
            metrics?.noteRefusedToken(at: tenant, of: standing.client.plugin)
            throw error
        }
        // A reason to refuse a connection can end at any time, so it is looked up each time.
        if client.capability != .full { return client }
        let entry = Entry(client: client, until: now.adding(seconds: Self.secondsRemembered))
        remembered.withLock { entries in
            if entries.count >= Self.entriesRemembered { entries.removeAll() }
            entries[key] = entry
        }
        return client
    }

    /// The same words for an unknown tenant, an unknown token and another tenant's token.
    private static let unknown = DomainError.unauthenticated(
        reason: """
            The token is not one of this Tenant URL. Generate a new token under Manage > Plugins, and use it with the \
            Tenant URL that is shown there.
            """)
}

extension TokenDigest {
    package init(of text: String) {
        self.init(bytes: Array(SHA256.hash(data: Array(text.utf8))))
    }
}
