import Domain
import Postgres

/// SQL for conditions on the fields of one table.
protocol SQLCondition {
    associatedtype Field: Sendable & Hashable

    func comparison(_ field: Field, _ comparison: Comparison, _ value: ComparisonValue) -> PostgresFragment
    func present(_ field: Field) -> PostgresFragment
    func element(of field: Field, _ predicate: ElementPredicate) -> PostgresFragment
}

extension SQLCondition {
    func sql(_ predicate: Predicate<Field>) -> PostgresFragment {
        switch predicate {
        case .constant(let value): value ? "true" : "false"
        case .comparison(let field, let operation, let value): comparison(field, operation, value)
        case .present(let field): present(field)
        case .element(let field, let inner): element(of: field, inner)
        // An unknown (null) condition is a condition that does not hold, also below `not`.
        case .not(let inner): "(\(sql(inner))) is not true"
        case .and(let left, let right): "(\(sql(left))) and (\(sql(right)))"
        case .or(let left, let right): "(\(sql(left))) or (\(sql(right)))"
        }
    }
}

/// Comparisons of one SQL expression with a value.
enum SQLComparison {
    /// - Parameters:
    ///   - text: an expression of type `text`.
    static func text(
        _ text: PostgresFragment, _ comparison: Comparison, _ value: ComparisonValue
    ) -> PostgresFragment {
        switch value {
        case .null: return equality(comparison, equal: "\(text) is null", notEqual: "\(text) is not null")
        case .text(let wanted, caseExact: true): return compare(text, comparison, .text(wanted))
        case .text(let wanted, caseExact: false):
            return compare(folded(text), comparison, .text(FoldedKey(wanted).description))
        case .boolean(let wanted): return compare(text, comparison, .text(wanted ? "true" : "false"))
        case .number(let wanted):
            return order("(\(text))::double precision", comparison, "\(.text("\(wanted)"))::double precision")
        case .timestamp(let wanted):
            return order("(\(text))::timestamptz", comparison, "\(.timestamp(wanted.microseconds))")
        }
    }

    /// The same folding as `FoldedKey`, done by PostgreSQL.
    static func folded(_ text: PostgresFragment) -> PostgresFragment { "app.fold(\(text))" }

    /// The same folding as `FoldedKey(name:)`.
    static func foldedName(_ text: PostgresFragment) -> PostgresFragment {
        // The characters of the general category Zs.
        folded(
            """
            btrim(\(text), U&' \\00A0\\1680\\2000\\2001\\2002\\2003\\2004\\2005\\2006\\2007\\2008\\2009\\200A\\202F\\205F\\3000')
            """)
    }

    static func compare(
        _ left: PostgresFragment, _ comparison: Comparison, _ bind: PostgresBind
    ) -> PostgresFragment {
        switch comparison {
        case .contains: "position(\(bind) in \(left)) > 0"
        case .startsWith: "starts_with(\(left), \(bind))"
        case .endsWith: "right(\(left), length(\(bind))) = \(bind)"
        case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual:
            order("(\(left)) collate \"C\"", comparison, "\(bind)")
        }
    }

    static func order(
        _ left: PostgresFragment, _ comparison: Comparison, _ right: PostgresFragment
    ) -> PostgresFragment {
        switch comparison {
        case .equal: "\(left) = \(right)"
        case .notEqual: "\(left) is distinct from \(right)"
        case .greater: "\(left) > \(right)"
        case .greaterOrEqual: "\(left) >= \(right)"
        case .less: "\(left) < \(right)"
        case .lessOrEqual: "\(left) <= \(right)"
        case .contains, .startsWith, .endsWith: "false"
        }
    }

    static func equality(
        _ comparison: Comparison, equal: PostgresFragment, notEqual: PostgresFragment
    ) -> PostgresFragment {
        switch comparison {
        case .equal: equal
        case .notEqual: notEqual
        case .contains, .startsWith, .endsWith, .greater, .greaterOrEqual, .less, .lessOrEqual: "false"
        }
    }

    /// A column with a folded twin: equality and order use the twin, which is indexed.
    static func keyed(
        _ key: PostgresFragment, _ comparison: Comparison, _ value: ComparisonValue
    ) -> PostgresFragment {
        guard case .text(let wanted, _) = value else {
            return equality(comparison, equal: "\(key) is null", notEqual: "\(key) is not null")
        }
        // Spaces around a name do not belong to it, those around a part of a name may.
        let isWhole = comparison == .equal || comparison == .notEqual
        return compareKey(key, comparison, (isWhole ? FoldedKey(name: wanted) : FoldedKey(wanted)).description)
    }

    /// A column of collation C that is compared as it is. A prefix is a range, which an index can serve.
    static func compareKey(
        _ key: PostgresFragment, _ comparison: Comparison, _ wanted: String
    ) -> PostgresFragment {
        switch comparison {
        case .startsWith where !wanted.isEmpty:
            "(\(key) >= \(wanted) and \(key) < \(wanted) || chr(1114111) and starts_with(\(key), \(wanted)))"
        case .contains, .startsWith, .endsWith: compare(key, comparison, .text(wanted))
        case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual: order(key, comparison, "\(wanted)")
        }
    }

    /// An identifier, compared with its canonical text; in any case where the attribute says that case does not count.
    static func identifier(
        _ column: PostgresFragment, _ comparison: Comparison, _ value: ComparisonValue
    ) -> PostgresFragment {
        guard case .text(let text, let caseExact) = value else {
            return equality(comparison, equal: "false", notEqual: "true")
        }
        let wanted = caseExact ? text : FoldedKey(text).description
        guard comparison == .equal else { return compare("\(column)::text", comparison, .text(wanted)) }
        guard let id = UserID(wanted) else { return "false" }
        return "\(column) = \(id)"
    }

    static func timestamp(
        _ column: PostgresFragment, _ comparison: Comparison, _ value: ComparisonValue
    ) -> PostgresFragment {
        guard case .timestamp(let wanted) = value else {
            return equality(comparison, equal: "false", notEqual: "true")
        }
        return order(column, comparison, "\(.timestamp(wanted.microseconds))")
    }

    // MARK: Documents

    /// An attribute of a jsonb document.
    static func attribute(
        _ document: PostgresFragment, _ path: DocumentPath, _ comparison: Comparison, _ value: ComparisonValue
    ) -> PostgresFragment {
        let place: PostgresFragment = "\(document) #> \(.textArray(path.keys))"
        switch path.kind {
        case .single: return text("(\(document) #>> \(.textArray(path.keys)))", comparison, value)
        case .list:
            if value == .null {
                return equality(comparison, equal: "\(place) is null", notEqual: "\(place) is not null")
            }
            return any("jsonb_array_elements_text(\(place)) e(v)", "e.v", comparison, value)
        case .elements(let name):
            if value == .null {
                return equality(comparison, equal: "\(place) is null", notEqual: "\(place) is not null")
            }
            return any("jsonb_array_elements(\(place)) e(v)", "(e.v ->> \(name))", comparison, value)
        }
    }

    /// Whether one of several values compares so. `ne` holds also where there is no value, as for a single one.
    ///
    /// - Parameter text: a value, from the rows of `elements`; null where an element has none.
    private static func any(
        _ elements: PostgresFragment, _ text: PostgresFragment, _ comparison: Comparison, _ value: ComparisonValue
    ) -> PostgresFragment {
        anyValue(comparison, "select from \(elements) where \(text) is not null", self.text(text, comparison, value))
    }

    /// The same of values that are rows.
    ///
    /// - Parameters:
    ///   - rows: a query for all values, which ends in a condition.
    ///   - condition: on one of them.
    static func anyValue(
        _ comparison: Comparison, _ rows: PostgresFragment, _ condition: PostgresFragment
    ) -> PostgresFragment {
        let holds: PostgresFragment = "exists (\(rows) and \(condition))"
        return comparison == .notEqual ? "(\(holds) or not exists (\(rows)))" : holds
    }

    static func present(_ document: PostgresFragment, _ path: DocumentPath) -> PostgresFragment {
        switch path.kind {
        case .single, .list: "\(document) #> \(.textArray(path.keys)) is not null"
        case .elements(let name):
            """
            exists (select from jsonb_array_elements(\(document) #> \(.textArray(path.keys))) e(v)
            where e.v ->> \(name) is not null)
            """
        }
    }

    static func element(
        _ document: PostgresFragment, _ path: DocumentPath, _ predicate: ElementPredicate
    ) -> PostgresFragment {
        let place: PostgresFragment = "\(document) #> \(.textArray(path.keys))"
        // A complex attribute with a single value is an object.
        return """
            exists (select from jsonb_array_elements(case jsonb_typeof(\(place))
                when 'array' then \(place) when 'object' then jsonb_build_array(\(place)) end) e(v)
            where \(element(predicate) { "(e.v ->> \($0))" }))
            """
    }

    /// The condition on one element, whose sub-attributes `value` turns into expressions of type `text`.
    static func element(
        _ predicate: ElementPredicate, value: (String) -> PostgresFragment
    ) -> PostgresFragment {
        switch predicate {
        case .constant(let constant): constant ? "true" : "false"
        case .comparison(let name, let comparison, let wanted): text(value(name), comparison, wanted)
        case .present(let name): "\(value(name)) is not null"
        case .not(let inner): "(\(element(inner, value: value))) is not true"
        case .and(let left, let right): "(\(element(left, value: value))) and (\(element(right, value: value)))"
        case .or(let left, let right): "(\(element(left, value: value))) or (\(element(right, value: value)))"
        }
    }
}

extension Predicate {
    /// One field compared with one value: a shape of which there are few.
    var isSingleComparison: Bool { if case .comparison = self { true } else { false } }
}
