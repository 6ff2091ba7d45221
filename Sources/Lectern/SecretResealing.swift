import Domain
import Edge
import Manage
import Persistence
import SAMLAdapter

/// Seals the secrets of all tenants with the first key that others have sealed, a few at a time while servers run.
struct SecretResealing {
    struct Tally {
        var current = 0
        var resealed = 0
        var unreadable = 0
    }

    private let services: Services
    private let keySealer: Sealer
    private let consoleSealer: Sealer
    private var store: SealedSecretStore { services.sealedSecrets }

    /// Read at once.
    private static let limit = 500

    init(_ services: Services, _ key: SecretKey) {
        self.services = services
        keySealer = key.sealer(for: "saml keys")
        consoleSealer = key.sealer(for: "console")
    }

    /// - Parameter writing: false to count only.
    func run(writing: Bool) async throws -> Tally {
        var tally = Tally()
        for tenant in try await services.tenants.tenants() {
            for secret in try await store.samlKeys(in: tenant.id) {
                try await reseal(secret, of: tenant.id, writing: writing, &tally)
            }
            var last: UserID?
            while true {
                let some = try await store.secondFactors(after: last, limit: Self.limit, in: tenant.id)
                for secret in some { try await reseal(secret, of: tenant.id, writing: writing, &tally) }
                guard case .secondFactor(let user) = some.last?.owner else { break }
                last = user
            }
        }
        return tally
    }

    private func reseal(
        _ secret: SealedSecretStore.Secret, of tenant: TenantID, writing: Bool, _ tally: inout Tally
    ) async throws(DomainError) {
        let (sealer, context) =
            switch secret.owner {
            case .secondFactor(let user): (consoleSealer, SecondFactorSecret.context(user, of: tenant))
            case .samlKey(_, let connection): (keySealer, ConnectionKeys.context(connection))
            }
        switch sealer.resealed(secret.sealed, for: context) {
        case .current: tally.current += 1
        case .unreadable: tally.unreadable += 1
        case .anew(let sealed):
            tally.resealed += 1
            if writing { try await store.replace(secret, with: sealed, in: tenant) }
        }
    }
}
