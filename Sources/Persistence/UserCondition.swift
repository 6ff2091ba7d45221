import Domain
import Postgres

/// Conditions on users, the table being called `u`.
struct UserCondition: SQLCondition {
    let tenant: TenantID

    func comparison(
        _ field: User.Field, _ comparison: Comparison, _ value: ComparisonValue
    ) -> PostgresFragment {
        switch field {
        case .id: return SQLComparison.identifier("u.id", comparison, value)
        case .userName: return SQLComparison.keyed("u.user_name_key", comparison, value)
        case .externalID: return exact("u.external_id", comparison, value)
        case .employeeNumber: return employeeNumber(comparison, value)
        case .active:
            guard case .boolean(let wanted) = value else { return "false" }
            return SQLComparison.equality(comparison, equal: "u.active = \(wanted)", notEqual: "u.active <> \(wanted)")
        case .statedActive:
            guard case .boolean(let wanted) = value, comparison == .equal || comparison == .notEqual else {
                return "false"
            }
            // A user who is not stated active is not active, which an index finds.
            return wanted == (comparison == .equal) ? "u.stated_active" : "(not u.stated_active and u.active = false)"
        case .manager: return manager(comparison, value)
        case .created: return SQLComparison.timestamp("u.created_at", comparison, value)
        case .lastModified: return SQLComparison.timestamp("u.updated_at", comparison, value)
        case .email: return email(comparison, value)
        case .word: return word(comparison, value)
        case .source: return source(comparison, value)
        case .role: return role(comparison, value)
        case .group: return group(comparison, value)
        case .supervisor: return supervisor(comparison, value)
        case .attribute(let path): return SQLComparison.attribute("u.attributes", path, comparison, value)
        }
    }

    func present(_ field: User.Field) -> PostgresFragment {
        switch field {
        case .id, .userName, .active, .statedActive, .created, .lastModified: "true"
        case .externalID: "u.external_id is not null"
        case .employeeNumber: "u.employee_number is not null"
        case .manager: "u.attributes #> \(.textArray(UserAttributes.managerKeys)) is not null"
        case .email: SQLComparison.present("u.attributes", Self.emails)
        case .source: "u.plugin_id is not null"
        case .role:
            "exists (select from app.user_roles r where r.tenant_id = \(tenant) and r.user_id = u.id)"
        case .group: "exists (\(memberships))"
        // Asked for by name only.
        case .supervisor, .word: "false"
        case .attribute(let path): SQLComparison.present("u.attributes", path)
        }
    }

    func element(of field: User.Field, _ predicate: ElementPredicate) -> PostgresFragment {
        switch field {
        case .email:
            // The index finds the address, the document says whether that value also is of the right type.
            let condition = SQLComparison.element("u.attributes", Self.emails, predicate)
            guard let address = predicate.requiredText(of: "value") else { return condition }
            return "\(email(.equal, .text(address, caseExact: false))) and \(condition)"
        case .group:
            let inner = SQLComparison.element(predicate) { name in
                switch name {
                case "value": "x.group_id::text"
                case "display":
                    "(select g.display_name from app.groups g where g.tenant_id = \(tenant) and g.id = x.group_id)"
                case "type": "case when x.direct then 'direct' else 'indirect' end"
                default: "null::text"
                }
            }
            return "exists (\(memberships) and (\(inner)))"
        case .attribute(let path): return SQLComparison.element("u.attributes", path, predicate)
        case .id, .userName, .externalID, .active, .statedActive, .employeeNumber, .manager, .created, .lastModified,
            .supervisor, .source, .role, .word:
            return "false"
        }
    }

    /// The expression that users are sorted by; nil for an attribute without an order.
    static func sortable(
        _ key: SortKey<User.Field>
    ) -> (expression: PostgresFragment, cast: PostgresFragment)? {
        switch key.field {
        case .id: ("u.id", "::uuid")
        case .userName: ("u.user_name_key collate \"und-x-icu\"", "")
        case .externalID: ("u.external_id", "")
        case .active: ("u.active", "::boolean")
        case .statedActive: ("u.stated_active", "::boolean")
        case .employeeNumber: key.kind.sortable("u.employee_number")
        case .manager: ("coalesce(u.manager_id::text, u.manager_value) collate \"C\"", "")
        case .created: ("u.created_at", "::timestamptz")
        case .lastModified: ("u.updated_at", "::timestamptz")
        case .email: key.kind.sortable(SQLComparison.representative("u.attributes", emails))
        case .group, .supervisor, .source, .role, .word: nil
        case .attribute(let path): key.kind.sortable(SQLComparison.representative("u.attributes", path))
        }
    }

    private static let emails = DocumentPath(keys: ["emails"], kind: .elements(subAttribute: "value"))

    /// The groups that the user is in, directly or through others: `x.group_id`, `x.direct`.
    private var memberships: PostgresFragment {
        """
        select from (
            with recursive above(id, direct) as (
                select m.group_id, true from app.group_members m where m.tenant_id = \(tenant) and m.member_id = u.id
                union
                select m.group_id, false from app.group_members m join above a on m.member_id = a.id
                where m.tenant_id = \(tenant))
            select id as group_id, bool_or(direct) as direct from above group by id) x
        where true
        """
    }

    private func exact(
        _ column: PostgresFragment, _ comparison: Comparison, _ value: ComparisonValue
    ) -> PostgresFragment {
        guard case .text(let wanted, _) = value else {
            return SQLComparison.equality(comparison, equal: "\(column) is null", notEqual: "\(column) is not null")
        }
        return SQLComparison.compareKey(column, comparison, wanted)
    }

    /// Compared without case, and found by index.
    private func employeeNumber(_ comparison: Comparison, _ value: ComparisonValue) -> PostgresFragment {
        guard case .text(let wanted, _) = value, comparison == .equal else {
            return SQLComparison.text("u.employee_number", comparison, value)
        }
        return """
            u.employee_number_key = \(FoldedKey(wanted).description)
            """
    }

    private func manager(_ comparison: Comparison, _ value: ComparisonValue) -> PostgresFragment {
        let shown: PostgresFragment = "coalesce(u.manager_id::text, u.manager_value)"
        guard comparison == .equal, case .text(let wanted, _) = value else {
            return SQLComparison.text(shown, comparison, value)
        }
        guard let id = UserID(wanted) else { return "u.manager_value = \(wanted)" }
        return "(u.manager_id = \(id) or u.manager_value = \(wanted))"
    }

    private func email(_ comparison: Comparison, _ value: ComparisonValue) -> PostgresFragment {
        guard case .text(let wanted, _) = value else {
            return SQLComparison.attribute("u.attributes", Self.emails, comparison, value)
        }
        let match = SQLComparison.compareKey("a.address_key", comparison, FoldedKey(wanted).description)
        if comparison == .equal {
            // Few have one address: PostgreSQL takes an array for a short list, and looks each of them up.
            return """
                u.id = any(array(select a.user_id from app.user_emails a where a.tenant_id = \(tenant) and \(match)))
                """
        }
        return SQLComparison.anyValue(
            comparison, "select from app.user_emails a where a.tenant_id = \(tenant) and a.user_id = u.id", match)
    }

    private func word(_ comparison: Comparison, _ value: ComparisonValue) -> PostgresFragment {
        guard case .text(let text, _) = value, comparison == .startsWith, !text.isEmpty else { return "false" }
        func begins(_ column: PostgresFragment) -> PostgresFragment {
            SQLComparison.compareKey(column, .startsWith, FoldedKey(text).description)
        }
        if text.contains("@") {
            return """
                u.id in (
                    select n.id from app.users n
                    where n.tenant_id = \(tenant) and n.deleted_at is null and \(begins("n.user_name_key"))
                    union all
                    select a.user_id from app.user_emails a
                    where a.tenant_id = \(tenant) and \(begins("a.address_key")))
                """
        }
        return "u.id in (select w.user_id from app.user_words w where w.tenant_id = \(tenant) and \(begins("w.word")))"
    }

    private func source(_ comparison: Comparison, _ value: ComparisonValue) -> PostgresFragment {
        guard comparison == .equal, case .text(let text, _) = value else {
            return SQLComparison.equality(
                comparison, equal: "u.plugin_id is null", notEqual: "u.plugin_id is not null")
        }
        return PluginID(text).map { "u.plugin_id = \($0)" } ?? "false"
    }

    private func role(_ comparison: Comparison, _ value: ComparisonValue) -> PostgresFragment {
        guard comparison == .equal, case .text(let role, _) = value else { return "false" }
        let holders: PostgresFragment = """
            select r.user_id from app.user_roles r where r.tenant_id = \(tenant) and r.role = \(role)
            """
        // Nearly everybody is a trainee: a list in order comes across them. Few have another role, and are looked up.
        return role == Role.trainee.rawValue ? "u.id in (\(holders))" : "u.id = any(array(\(holders)))"
    }

    private func supervisor(_ comparison: Comparison, _ value: ComparisonValue) -> PostgresFragment {
        guard comparison == .equal, case .text(let text, _) = value, let id = UserID(text) else { return "false" }
        return """
            u.id in (
                select r.id from app.users r where r.tenant_id = \(tenant) and r.manager_id = \(id)
                union all
                select m.member_id from app.group_members m where m.tenant_id = \(tenant) and m.group_id in (
                    with recursive below(id) as (
                        select s.group_id from app.group_supervisors s
                        where s.tenant_id = \(tenant) and s.user_id = \(id)
                        union
                        select n.member_id from app.group_members n join below b on n.group_id = b.id
                        where n.tenant_id = \(tenant) and n.member_type = 'Group')
                    select id from below))
            """
    }

    private func group(_ comparison: Comparison, _ value: ComparisonValue) -> PostgresFragment {
        guard case .text = value else {
            return SQLComparison.equality(
                comparison, equal: "not exists (\(memberships))", notEqual: "exists (\(memberships))")
        }
        if comparison == .equal, case .text(let text, let caseExact) = value {
            guard let id = GroupID(caseExact ? text : FoldedKey(text).description) else { return "false" }
            // From the group down, whose size is known, instead of from each user up.
            return """
                u.id in (select m.member_id from app.group_members m where m.tenant_id = \(tenant)
                    and m.group_id in (\(GroupMembership.below("\(id)", tenant))))
                """
        }
        return SQLComparison.anyValue(
            comparison, memberships, SQLComparison.identifier("x.group_id", comparison, value))
    }
}

extension Predicate<User.Field> {
    /// Whether one plan is good for whatever the value is. There are few Owners and many trainees.
    var hasOnePlan: Bool {
        if case .comparison(.role, _, _) = self { return false }
        // A beginning may be that of one word or of a thousand.
        if case .comparison(.word, _, _) = self { return false }
        return isSingleComparison
    }

    /// True when no two users can match, so that a page need not be counted.
    var matchesAtMostOne: Bool {
        switch self {
        case .comparison(.id, .equal, .text), .comparison(.userName, .equal, .text): true
        case .constant(false): true
        case .and(let left, let right): left.matchesAtMostOne || right.matchesAtMostOne
        case .constant, .comparison, .present, .element, .not, .or: false
        }
    }
}

extension ElementPredicate {
    /// The text that a sub-attribute must equal, without case, in every element that matches.
    func requiredText(of name: String) -> String? {
        switch self {
        case .comparison(name, .equal, .text(let text, caseExact: false)): text
        case .and(let left, let right): left.requiredText(of: name) ?? right.requiredText(of: name)
        case .constant, .comparison, .present, .not, .or: nil
        }
    }
}
