package import Domain
import Synchronization

/// Which tenant a slug leads to, remembered: it leads to the same one as long as that exists.
package final class TenantDirectory: Sendable {
    private struct Entry {
        let tenant: TenantID
        var isDoubtful = false
    }

    private let tenants: any TenantRepository
    private let remembered = Mutex<[Slug: Entry]>([:])

    private static let entriesRemembered = 10_000

    package init(_ tenants: any TenantRepository) { self.tenants = tenants }

    /// Nil when there is none.
    package func tenant(_ slug: Slug) async throws(DomainError) -> TenantID? {
        if let entry = remembered.withLock({ $0[slug] }), !entry.isDoubtful { return entry.tenant }
        do throws(DomainError) {
            let id = try await tenants.tenant(slug: slug).id
            remembered.withLock { slugs in
                if slugs.count >= Self.entriesRemembered { slugs.removeAll() }
                slugs[slug] = Entry(tenant: id)
            }
            return id
        } catch {
            guard error == .notFound else { throw error }
            remembered.withLock { $0[slug] = nil }
            return nil
        }
    }

    /// The tenant that is remembered for the slug, without a query.
    package func known(_ slug: Slug) -> TenantID? { remembered.withLock { $0[slug]?.tenant } }

    /// The tenant may have been deleted and its slug given to another: ask next time.
    package func doubt(_ slug: Slug) { remembered.withLock { $0[slug]?.isDoubtful = true } }
}
