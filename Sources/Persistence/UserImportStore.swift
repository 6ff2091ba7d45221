package import Domain
import Postgres
import StrictJSON

/// Imports of users in PostgreSQL.
package struct UserImportStore: UserImportRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    /// Rows that one statement writes.
    private static let rowsAtOnce = 1000
    /// Seconds after which an import that nobody works on can be gone on with.
    private static let claim: Int64 = 30
    /// How many imports a list shows.
    private static let listLength: Int64 = 20

    package func create(
        _ userImport: UserImport, rows: [ImportRow], results: [ImportResult], in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let forget: PostgresQuery = """
            delete from app.user_imports where tenant_id = \(tenant)
                and created_at < now() - \(UserImport.daysKept) * interval '1 day'
            """
        let insert: PostgresQuery = """
            insert into app.user_imports
                (tenant_id, id, made_by, file_name, mode, trial, state, ignored_columns, row_count, invites)
            values (\(tenant), \(userImport.id), \(userImport.madeBy), \(userImport.fileName),
                \(userImport.mode.rawValue), \(userImport.isTrial), \(userImport.state.rawValue),
                \(.textArray(userImport.ignoredColumns)), \(.integer(Int32(rows.count))),
                \(userImport.invites))
            """
        let known = Dictionary(results.map { ($0.line, $0) }) { first, _ in first }
        let pieces = stride(from: 0, to: rows.count, by: Self.rowsAtOnce).map { start -> PostgresQuery in
            let piece = rows[start..<min(start + Self.rowsAtOnce, rows.count)].map { Self.json($0, known[$0.line]) }
            return """
                insert into app.user_import_rows
                    (tenant_id, import_id, line, user_id, fields, role, outcome, reason, field, hopeless)
                select \(tenant), \(userImport.id), r.line, r.user_id, r.fields, r.role, r.outcome, r.reason, r.field,
                    r.outcome is not null
                from jsonb_to_recordset(\(.jsonb(JSON.array(piece).utf8)))
                    r(line int, user_id uuid, fields jsonb, role text, outcome text, reason text, field text)
                """
        }
        _ = try await database.write(scope, mayTakeLong: true, [forget, insert] + pieces)
    }

    private static func json(_ row: ImportRow, _ result: ImportResult?) -> JSON {
        let fields = JSONObject(row.values.map { ($0.key.rawValue, .string($0.value)) })
        return [
            "line": .integer(Int64(row.line)), "user_id": .string(row.user.description), "fields": .object(fields),
            "role": row.role.map { .string($0) } ?? .null, "outcome": text(result?.outcome.rawValue),
            "reason": text(result?.reason?.rawValue), "field": text(result?.field),
            "subject_id": text(result?.user?.description),
        ]
    }

    private static func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }

    // MARK: Reading

    private static let select: PostgresFragment = """
        select i.id, i.made_by, i.file_name, i.mode, i.trial, i.state, i.ignored_columns, i.created_at, i.row_count::bigint,
            i.invites
        from app.user_imports i
        """

    package func imports(in scope: TenantScope) async throws(DomainError) -> [UserImport] {
        let query: PostgresQuery = """
            \(Self.select) where i.tenant_id = \(scope.tenant) order by i.id desc limit \(Self.listLength)
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.decode) }
    }

    package func userImport(_ id: UserImportID, in scope: TenantScope) async throws(DomainError) -> UserImport {
        let query: PostgresQuery = "\(Self.select) where i.tenant_id = \(scope.tenant) and i.id = \(id)"
        let tally: PostgresQuery = """
            select r.outcome, count(*) from app.user_import_rows r
            where r.tenant_id = \(scope.tenant) and r.import_id = \(id) and r.outcome is not null group by r.outcome
            """
        let rows = try await database.read(scope, mayTakeLong: true, query, tally)
        guard let row = rows[0].first else { throw .notFound }
        return try decoding { () throws(PostgresError) in
            var found = try Self.decode(row)
            let counts = try rows[1].map { row throws(PostgresError) in
                (ImportResult.Outcome(rawValue: try row.text(0)) ?? .refused, Int(try row.bigint(1)))
            }
            found.tally = Dictionary(counts) { $0 + $1 }
            return found
        }
    }

    private static func decode(_ row: PostgresRow) throws(PostgresError) -> UserImport {
        guard let mode = UserImport.Mode(rawValue: try row.text(3)),
            let state = UserImport.State(rawValue: try row.text(5))
        else { throw .unexpectedResult("an import of a kind that this program does not know") }
        return UserImport(
            id: try row.identifier(0), madeBy: try row.identifier(1), fileName: try row.text(2), mode: mode,
            isTrial: try row.boolean(4), invites: try row.boolean(9), state: state,
            ignoredColumns: try row.textArray(6),
            createdAt: try row.time(7), rowCount: Int(try row.bigint(8)))
    }

    package func rows(
        of id: UserImportID, outcome: ImportResult.Outcome?, after line: Int, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [(ImportRow, ImportResult?)] {
        let condition: PostgresFragment = outcome.map { "and r.outcome = \($0.rawValue)" } ?? ""
        let query: PostgresQuery = """
            select r.line::bigint, r.user_id, r.fields, r.role, r.outcome, r.subject_id, r.reason, r.field
            from app.user_import_rows r
            where r.tenant_id = \(scope.tenant) and r.import_id = \(id) and r.line > \(.integer(Int32(line)))
                \(condition)
            order by r.line limit \(Int64(limit))
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                let found = try Self.row(row)
                guard let outcome = row.textOrNull(4).flatMap({ ImportResult.Outcome(rawValue: $0) }) else {
                    return (found, nil)
                }
                return (
                    found,
                    ImportResult(
                        line: found.line, outcome: outcome, user: try row.uuidOrNull(5).map { UserID(rawValue: $0) },
                        reason: row.textOrNull(6).flatMap { ImportResult.Reason(rawValue: $0) },
                        field: row.textOrNull(7))
                )
            }
        }
    }

    private static func row(_ row: PostgresRow) throws(PostgresError) -> ImportRow {
        guard let json = try? JSON.parse(try row.jsonb(2), limits: .stored), case .object(let fields) = json else {
            throw .unexpectedResult("a row of an import that is no object")
        }
        let values = fields.compactMap { key, value in
            EditableAttribute(rawValue: key).map { ($0, value.stringValue ?? "") }
        }
        return ImportRow(
            line: Int(try row.bigint(0)), user: try row.identifier(1), values: Dictionary(uniqueKeysWithValues: values),
            role: row.textOrNull(3))
    }

    // MARK: Working

    package func abandoned(in scope: TenantScope) async throws(DomainError) -> [UserImport] {
        let query: PostgresQuery = """
            \(Self.select) where i.tenant_id = \(scope.tenant) and i.state = 'running' and i.claimed_until < now()
            order by i.id
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.decode) }
    }

    package func claim(_ id: UserImportID, in scope: TenantScope) async throws(DomainError) -> Bool {
        let claim: PostgresQuery = """
            update app.user_imports set claimed_until = now() + \(Self.claim) * interval '1 second'
            where tenant_id = \(scope.tenant) and id = \(id) and state = 'running' and claimed_until < now()
            returning id
            """
        return try await database.write(scope, [claim])[0].count == 1
    }

    package func open(
        _ id: UserImportID, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [ImportRow] {
        let query: PostgresQuery = """
            select r.line::bigint, r.user_id, r.fields, r.role from app.user_import_rows r
            where r.tenant_id = \(scope.tenant) and r.import_id = \(id) and r.outcome is null
            order by r.line limit \(Int64(limit))
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.row) }
    }

    package func note(
        _ results: [ImportResult], of id: UserImportID, in scope: TenantScope
    ) async throws(DomainError) {
        let json = JSON.array(
            results.map { result in
                [
                    "line": .integer(Int64(result.line)), "outcome": .string(result.outcome.rawValue),
                    "subject_id": Self.text(result.user?.description), "reason": Self.text(result.reason?.rawValue),
                    "field": Self.text(result.field),
                ]
            })
        let note: PostgresQuery = """
            update app.user_import_rows r set outcome = n.outcome, subject_id = n.subject_id, reason = n.reason,
                field = n.field
            from jsonb_to_recordset(\(.jsonb(json.utf8)))
                n(line int, outcome text, subject_id uuid, reason text, field text)
            where r.tenant_id = \(scope.tenant) and r.import_id = \(id) and r.line = n.line
            """
        let renew: PostgresQuery = """
            update app.user_imports set claimed_until = now() + \(Self.claim) * interval '1 second'
            where tenant_id = \(scope.tenant) and id = \(id)
            """
        _ = try await database.write(scope, [note, renew])
    }

    package func finish(
        _ id: UserImportID, as state: UserImport.State, in scope: TenantScope
    ) async throws(DomainError) {
        let finish: PostgresQuery = """
            update app.user_imports set state = \(state.rawValue), claimed_until = '-infinity'
            where tenant_id = \(scope.tenant) and id = \(id) and state = 'running'
            """
        _ = try await database.write(scope, [finish])
    }

    package func begin(_ id: UserImportID, in scope: TenantScope) async throws(DomainError) -> Bool {
        let tenant = scope.tenant
        // Two who press the button at once: the second finds no trial.
        let begin: PostgresQuery = """
            with begun as (
                update app.user_imports set trial = false, state = 'running', claimed_until = '-infinity'
                where tenant_id = \(tenant) and id = \(id) and trial and state = 'done' returning id)
            update app.user_import_rows r
            set outcome = null, subject_id = null, reason = null, field = null
            from begun where r.tenant_id = \(tenant) and r.import_id = begun.id and not r.hopeless returning 1
            """
        return try await database.write(scope, mayTakeLong: true, [begin])[0].count > 0
    }
}
