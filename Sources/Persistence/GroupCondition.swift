import Domain
import Postgres

/// Conditions on groups, the table being called `g`.
struct GroupCondition: SQLCondition {
    let tenant: TenantID

    func comparison(
        _ field: Group.Field, _ comparison: Comparison, _ value: ComparisonValue
    ) -> PostgresFragment {
        switch field {
        case .id: return SQLComparison.identifier("g.id", comparison, value)
        case .displayName: return SQLComparison.keyed("g.display_name_key", comparison, value)
        case .externalID:
            guard case .text(let wanted, _) = value else {
                return SQLComparison.equality(
                    comparison, equal: "g.external_id is null", notEqual: "g.external_id is not null")
            }
            return SQLComparison.compareKey("g.external_id", comparison, wanted)
        case .member:
            guard case .text = value else {
                return SQLComparison.equality(
                    comparison, equal: "not exists (\(members))", notEqual: "exists (\(members))")
            }
            return SQLComparison.anyValue(
                comparison, members, SQLComparison.identifier("m.member_id", comparison, value))
        case .created: return SQLComparison.timestamp("g.created_at", comparison, value)
        case .lastModified: return SQLComparison.timestamp("g.updated_at", comparison, value)
        case .attribute(let path): return SQLComparison.attribute("g.attributes", path, comparison, value)
        }
    }

    func present(_ field: Group.Field) -> PostgresFragment {
        switch field {
        case .id, .displayName, .created, .lastModified: "true"
        case .externalID: "g.external_id is not null"
        case .member: "exists (\(members))"
        case .attribute(let path): SQLComparison.present("g.attributes", path)
        }
    }

    func element(of field: Group.Field, _ predicate: ElementPredicate) -> PostgresFragment {
        switch field {
        case .member:
            var narrowed = members
            if let id = predicate.requiredExactText(of: "value").flatMap({ UserID($0) }) {
                narrowed = "\(members) and m.member_id = \(id)"
            }
            let inner = SQLComparison.element(predicate) { name in
                switch name {
                case "value": "m.member_id::text"
                case "type": "m.member_type"
                case "display":
                    """
                    coalesce((select coalesce(u.attributes->>'displayName', u.user_name) from app.users u
                        where u.tenant_id = \(tenant) and u.id = m.member_id),
                        (select h.display_name from app.groups h where h.tenant_id = \(tenant) and h.id = m.member_id))
                    """
                default: "null::text"
                }
            }
            return "exists (\(narrowed) and (\(inner)))"
        case .attribute(let path): return SQLComparison.element("g.attributes", path, predicate)
        case .id, .displayName, .externalID, .created, .lastModified: return "false"
        }
    }

    /// The expression that groups are sorted by; nil for an attribute without an order.
    static func sortable(
        _ key: SortKey<Group.Field>
    ) -> (expression: PostgresFragment, cast: PostgresFragment)? {
        switch key.field {
        case .id: ("g.id", "::uuid")
        case .displayName: ("g.display_name_key collate \"und-x-icu\"", "")
        case .externalID: ("g.external_id", "")
        case .created: ("g.created_at", "::timestamptz")
        case .lastModified: ("g.updated_at", "::timestamptz")
        case .member: nil
        case .attribute(let path): key.kind.sortable(SQLComparison.representative("g.attributes", path))
        }
    }

    private var members: PostgresFragment {
        "select from app.group_members m where m.tenant_id = \(tenant) and m.group_id = g.id"
    }
}

extension ElementPredicate {
    /// The text that a sub-attribute must equal, letter by letter, in every element that matches.
    func requiredExactText(of name: String) -> String? {
        switch self {
        case .comparison(name, .equal, .text(let text, _)): text
        case .and(let left, let right): left.requiredExactText(of: name) ?? right.requiredExactText(of: name)
        case .constant, .comparison, .present, .not, .or: nil
        }
    }
}
