import Domain
import Edge
import Logging
import Synchronization

/// Does imports in the background: a few at a time, each row after the other.
///
/// What a process that ends has left is gone on with by the next one that is asked for the import's page.
final class UserImportRunner: Sendable {
    private let running = Mutex<Set<UserImportID>>([])

    /// Imports of one process at a time, whoever they belong to.
    private static let limit = 4
    /// Rows between two looks at whether the work may go on.
    private static let rowsAtOnce = 100
    /// How often a busy database is asked again before the import is left to lie.
    private static let attempts = 20

    func start(_ userImport: UserImport, of tenant: TenantID, _ parts: ConsoleParts) {
        let isFirst = running.withLock { running in
            running.count < Self.limit && running.insert(userImport.id).inserted
        }
        guard isFirst else { return }
        Task.detached { [self] in
            await run(userImport, of: tenant, parts)
            _ = running.withLock { $0.remove(userImport.id) }
        }
    }

    private func run(_ userImport: UserImport, of tenant: TenantID, _ parts: ConsoleParts) async {
        let id = userImport.id
        let scope = TenantScope(tenant: tenant, admission: .work(userImport.madeBy, .manageUsers))
        do {
            guard try await parts.imports.claim(id, in: scope) else { return }
            let roles = try await parts.roles.roles(of: userImport.madeBy, in: scope)
            let work = ImportWork(
                userImport, mayManageOwners: roles.contains { $0.role == .owner }, users: parts.users,
                roles: parts.roles, integration: parts.integration, history: parts.history,
                identifiers: parts.environment.identifiers, in: scope)
            while true {
                let rows = try await parts.imports.open(id, limit: Self.rowsAtOnce, in: scope)
                if rows.isEmpty { return try await parts.imports.finish(id, as: .done, in: scope) }
                defer { if userImport.invites { parts.courier?.wake(tenant) } }
                var results: [ImportResult] = []
                for row in rows { results.append(try await patiently { try await work.result(of: row) }) }
                let noted = results
                try await patiently { try await parts.imports.note(noted, of: id, in: scope) }
            }
        } catch DomainError.unavailable {
            parts.logger.warning("an import waits for the database", metadata: ["import": "\(id)"])
        } catch {
            parts.logger.notice("an import was stopped", metadata: ["import": "\(id)", "cause": "\(error)"])
            // Whoever brought the file may not do this any more, so it is the program that says so.
            try? await parts.imports.finish(id, as: .stopped, in: TenantScope(tenant: tenant, admission: .operator))
        }
    }

    private func patiently<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        for _ in 0..<Self.attempts {
            do { return try await work() } catch DomainError.unavailable {
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        return try await work()
    }
}
