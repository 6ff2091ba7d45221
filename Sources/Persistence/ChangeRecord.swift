import Domain
import Postgres

extension Change {
    /// Writes the change, provided that `condition` holds: the row it is about bears the change's mark.
    func insert(tenant: TenantID, if condition: PostgresFragment = "true") -> PostgresQuery {
        """
        insert into app.changes
            (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
        select \(tenant), \(id), \(actorName), \(actorID), \(plugin), \(action.rawValue),
            \(subjectName), \(.uuid(subjectID)), \(.jsonb(difference.json)), \(origin.requestID)
        where \(condition)
        """
    }

    private var actorName: String {
        switch origin.actor {
        case .token: "token"
        case .admin: "admin"
        case .operator: "operator"
        }
    }

    private var actorID: PostgresBind {
        switch origin.actor {
        case .token(let token, _): .uuid(token.rawValue)
        case .admin(let user): .uuid(user.rawValue)
        case .operator: .null(.uuid)
        }
    }

    private var plugin: PostgresBind {
        if case .token(_, let plugin) = origin.actor { .uuid(plugin.rawValue) } else { .null(.uuid) }
    }

    private var subjectName: String {
        switch subject {
        case .tenant: "tenant"
        case .plugin: "plugin"
        case .token: "token"
        case .user: "user"
        case .group: "group"
        }
    }

    private var subjectID: UInt128 {
        switch subject {
        case .tenant(let id): id.rawValue
        case .plugin(let id): id.rawValue
        case .token(let id): id.rawValue
        case .user(let id): id.rawValue
        case .group(let id): id.rawValue
        }
    }
}
