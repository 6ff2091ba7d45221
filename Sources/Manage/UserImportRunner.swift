import Domain
import Edge
import Logging
import Synchronization

/// Does imports in the background: a few at a time, each row after the other.
///
/// An import that a process has left is resumed by any other: each looks for such imports from time to time.
final class UserImportRunner: Sendable {
    private struct Queue {
        var running: Set<UserImportID> = []
        var waiting: [(userImport: UserImport, tenant: TenantID)] = []
    }

    private let queue = Mutex(Queue())

    /// Imports of one process at a time, whoever they belong to.
    private static let limit = 4
    /// Rows between two looks at whether the work may go on.
    private static let rowsAtOnce = 100
    /// How often a busy database is asked again before the import is left to lie.
    private static let attempts = 20

    /// Begins at once, or when one of those before has ended.
    func start(_ userImport: UserImport, of tenant: TenantID, _ parts: ConsoleParts) {
        let begins = queue.withLock { queue in
            if queue.running.contains(userImport.id) { return false }
            if queue.running.count < Self.limit { return queue.running.insert(userImport.id).inserted }
            if !queue.waiting.contains(where: { $0.userImport.id == userImport.id }) {
                queue.waiting.append((userImport, tenant))
            }
            return false
        }
        guard begins else { return }
        Task.detached { [self] in
            await run(userImport, of: tenant, parts)
            let next = queue.withLock { queue in
                queue.running.remove(userImport.id)
                return queue.waiting.isEmpty ? nil : queue.waiting.removeFirst()
            }
            if let next { start(next.userImport, of: next.tenant, parts) }
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
            if userImport.isTrial { try await retry(work, of: id, parts, scope) }
            while true {
                let rows = try await parts.imports.open(id, limit: Self.rowsAtOnce, in: scope)
                if rows.isEmpty { return try await parts.imports.finish(id, as: .done, in: scope) }
                defer { if userImport.invites { parts.courier?.wake(tenant) } }
                var results: [ImportResult] = []
                var failure: (any Error)?
                for row in rows {
                    do { results.append(try await patiently { try await work.result(of: row) }) } catch {
                        failure = error
                        break
                    }
                }
                // The results so far are kept, even if the rest cannot be imported.
                let noted = results
                try await patiently {
                    try await parts.imports.note(
                        noted, of: id, in: TenantScope(tenant: tenant, admission: .operator))
                }
                if let failure { throw failure }
            }
        } catch DomainError.unavailable {
            parts.logger.warning("an import waits for the database", metadata: ["import": "\(id)"])
        } catch {
            parts.logger.notice("an import was stopped", metadata: ["import": "\(id)", "cause": "\(error)"])
            // The user who brought the file may no longer import, so the program itself records the end.
            try? await parts.imports.finish(id, as: .stopped, in: TenantScope(tenant: tenant, admission: .operator))
        }
    }

    /// Tries again the rows with managers that another process has tried before, as circles are found with all of them.
    private func retry(
        _ work: ImportWork, of id: UserImportID, _ parts: ConsoleParts, _ scope: TenantScope
    ) async throws {
        for outcome in [ImportResult.Outcome.created, .updated] {
            let tried = try await parts.imports.rows(
                of: id, outcome: outcome, after: 0, limit: UserImport.maximumRows, in: scope)
            for (row, _) in tried where row.values[.manager] != nil {
                _ = try await patiently { try await work.result(of: row) }
            }
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
