import Domain
import Postgres

extension Change {
    /// Writes the change, provided that `condition` holds: the row it is about bears the change's mark.
    ///
    /// - Parameter difference: an expression instead of the change's own.
    func insert(
        tenant: TenantID, difference: PostgresFragment? = nil, if condition: PostgresFragment = "true"
    ) -> PostgresQuery {
        """
        insert into app.changes
            (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
        select \(tenant), \(id), \(actorName), \(actorID), \(plugin), \(action.rawValue),
            \(subjectName), \(.uuid(subjectID)), \(difference ?? "\(.jsonb(self.difference.json))"), \(origin.requestID)
        where \(condition)
        """
    }

    /// Writes a change of the same origin for each thing that this one changes as well.
    ///
    /// - Parameters:
    ///   - difference: of each, as `jsonb`; may refer to the columns of `x`.
    ///   - subjects: a query for the things, called `x`.
    ///   - columns: the names of its columns, of which `id` is the identifier of a thing.
    func insertConsequences(
        tenant: TenantID, _ action: Action, on kind: PostgresFragment, difference: PostgresFragment,
        of subjects: PostgresFragment, columns: PostgresFragment = "id"
    ) -> PostgresQuery {
        """
        insert into app.changes
            (tenant_id, id, actor, actor_id, plugin_id, action, subject, subject_id, difference, request_id)
        select \(tenant), app.consequence_id(\(id), x.id), \(actorName), \(actorID), \(plugin), \(action.rawValue), \(kind), x.id,
            \(difference), \(origin.requestID)
        from (\(subjects)) x(\(columns))
        """
    }

    private var actorName: String {
        switch origin.actor {
        case .token: "token"
        case .admin: "admin"
        case .signIn: "sign-in"
        case .operator: "operator"
        case .program: "rule"
        }
    }

    private var actorID: PostgresBind {
        switch origin.actor {
        case .token(let token, _): .uuid(token.rawValue)
        case .admin(let user): .uuid(user.rawValue)
        case .operator, .program, .signIn: .null(.uuid)
        }
    }

    private var plugin: PostgresBind {
        switch origin.actor {
        case .token(_, let plugin), .signIn(let plugin): .uuid(plugin.rawValue)
        case .admin, .operator, .program: .null(.uuid)
        }
    }

    private var subjectName: String {
        switch subject {
        case .tenant: "tenant"
        case .plugin: "plugin"
        case .token: "token"
        case .client: "client"
        case .secret: "secret"
        case .user: "user"
        case .group: "group"
        }
    }

    private var subjectID: UInt128 {
        switch subject {
        case .tenant(let id): id.rawValue
        case .plugin(let id): id.rawValue
        case .token(let id): id.rawValue
        case .client(let id): id.rawValue
        case .secret(let id): id.rawValue
        case .user(let id): id.rawValue
        case .group(let id): id.rawValue
        }
    }
}

extension Difference {
    /// One member less, as an expression.
    static func removal(of member: UInt128) -> PostgresFragment {
        "jsonb_build_object('members.remove', jsonb_build_array(jsonb_build_array(\(.uuid(member))), null))"
    }

    /// Another manager, as an expression.
    static func ofManager(from before: UserID?, to after: UserID?) -> PostgresFragment {
        """
        jsonb_build_object(\(UserAttributes.managerPath),
            jsonb_build_array(\(.uuidOrNull(before)), \(.uuidOrNull(after))))
        """
    }
}

extension PostgresBind {
    fileprivate static func uuidOrNull(_ id: UserID?) -> PostgresBind { id.map { .uuid($0.rawValue) } ?? .null(.uuid) }
}
