import Domain
import Postgres

/// Whether steps would change who is in the group, asked before anything is written: a change that changes nothing keeps
/// the version and `lastModified` (RFC 7644 §3.5.2.1).
extension GroupMembership {
    /// False only where every step finds everything as it would make it. What is to be refused counts as a change.
    func hasEffect(_ steps: [MembershipChange]) -> PostgresFragment {
        var effect: PostgresFragment = "false"
        for step in steps {
            switch step {
            case .add(let names): effect = "\(effect) or \(adds(names))"
            case .remove(let names): effect = "\(effect) or \(names.mustBeKnown ? "true" : holds(names))"
            case .replace(let names): effect = "\(effect) or \(adds(names)) or \(drops(names))"
            case .exchange: return "true"
            }
        }
        return effect
    }

    /// Is one of them in the group, or awaited there?
    func holds(_ names: MemberNames) -> PostgresFragment {
        """
        exists (select from app.group_members where tenant_id = \(tenant) and group_id = \(group)
            and (\(isMember(names))))
        or exists (select from app.pending_members where tenant_id = \(tenant) and group_id = \(group)
            and value = any(\(.textArray(names.texts))))
        """
    }

    private func adds(_ names: MemberNames) -> PostgresFragment {
        let ids: PostgresFragment = names.ids.isEmpty ? "false" : "exists (\(unknownIDs(names.ids)))"
        if names.others.isEmpty { return ids }
        let (user, group): (PostgresFragment, PostgresFragment) = (
            Self.userCalled("n", tenant),
            "select from app.groups g where g.tenant_id = \(tenant) and g.external_id = n.value and g.deleted_at is null"
        )
        let awaited: PostgresFragment =
            names.mustBeKnown || unknown == .refuse
            ? "false"
            : """
            exists (select from app.pending_members p
                where p.tenant_id = \(tenant) and p.group_id = \(self.group) and p.value = n.value)
            """
        return """
            \(ids) or exists (select from \(Self.given(names.others)) n(value, key) where
                exists (\(user) and not \(isIn("u.id"))) or exists (\(group) and not \(isIn("g.id")))
                or not exists (\(user)) and not exists (\(group)) and not \(awaited))
            """
    }

    /// Does somebody leave when only these stay?
    private func drops(_ names: MemberNames) -> PostgresFragment {
        """
        exists (select from app.group_members where tenant_id = \(tenant) and group_id = \(group)
            and not (\(stays(names))))
        or exists (select from app.pending_members where tenant_id = \(tenant) and group_id = \(group)
            and \(isOther(names)))
        """
    }

    private func isIn(_ member: PostgresFragment) -> PostgresFragment {
        """
        exists (select from app.group_members x
            where x.tenant_id = \(tenant) and x.group_id = \(group) and x.member_id = \(member))
        """
    }
}
