import Domain
import Postgres

/// The creator of a secret, as the change log tells: columns and joins of a query for secrets.
struct MakerColumns {
    let tenant: TenantID
    /// The column with the secret's id.
    let secret: PostgresFragment

    static let list: PostgresFragment = "m.actor, a.user_name, coalesce(a.active and a.deleted_at is null, false)"

    var joins: PostgresFragment {
        """
        left join lateral (
            select h.actor, h.actor_id from app.changes h
            where h.tenant_id = \(tenant) and h.subject_id = \(secret) and h.action = 'create'
            order by h.id limit 1) m on true
        left join app.users a on a.tenant_id = \(tenant) and a.id = m.actor_id and m.actor = 'admin'
        """
    }

    /// The three columns of the list, from `column` on.
    static func decode(_ row: PostgresRow, from column: Int32) throws(PostgresError) -> SecretMaker? {
        guard let actor = row.textOrNull(column) else { return nil }
        if actor != "admin" { return .operator }
        return .admin(name: row.textOrNull(column + 1), hasLeft: try !row.boolean(column + 2))
    }
}

extension SecretName {
    /// As it is kept.
    init(_ row: PostgresRow, _ column: Int32) throws(PostgresError) {
        guard let name = SecretName(try row.text(column)) else {
            throw .unexpectedResult("a name of a secret that this program does not know")
        }
        self = name
    }
}
