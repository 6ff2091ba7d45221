import Domain
import Postgres

/// The SQL by which a list is ordered and cut into pages. The columns `created_at` and `id` decide between equals.
struct Paging {
    /// The expression that the list is sorted by, and the type that a position's text has to be cast to; nil for the
    /// order of creation.
    private let key: (expression: PostgresFragment, cast: PostgresFragment)?
    private let isAlwaysThere: Bool
    private let table: PostgresFragment
    private let page: PageRequest
    private let isDescending: Bool

    /// - Parameter isAlwaysThere: whether everything has a value of the key.
    init(
        table: PostgresFragment, key: (expression: PostgresFragment, cast: PostgresFragment)?, isAlwaysThere: Bool,
        isDescending: Bool, page: PageRequest
    ) {
        self.isAlwaysThere = isAlwaysThere
        self.table = table
        self.key = key
        self.page = page
        // Going back is going forward in the opposite order.
        if case .before = page.start { self.isDescending = !isDescending } else { self.isDescending = isDescending }
    }

    /// A further column of the select list: the position's value as text.
    var value: PostgresFragment { key.map { "(\($0.expression))::text" } ?? "null::text" }

    /// The condition that the page's start makes, beginning with `and`.
    var condition: PostgresFragment {
        let position: ListPosition
        switch page.start {
        case .offset: return ""
        case .after(let place), .before(let place): position = place
        }
        let made: PostgresBind = .timestamp(position.createdAt.microseconds)
        let id = UserID(position.id).map { PostgresBind.uuid($0.rawValue) } ?? .null(.uuid)
        let equals: PostgresFragment =
            isDescending
            ? "(\(table).created_at, \(table).id) < (\(made), \(id))"
            : "(\(table).created_at, \(table).id) > (\(made), \(id))"
        guard let (expression, cast) = key else { return " and \(equals)" }
        if isAlwaysThere, let value = position.value {
            // The first comparison is one that an index can answer.
            let bound: PostgresFragment = "\(value)\(cast)"
            return isDescending
                ? " and (\(expression)) <= \(bound) and ((\(expression)) < \(bound) or \(equals))"
                : " and (\(expression)) >= \(bound) and ((\(expression)) > \(bound) or \(equals))"
        }
        // Without a value: last when ascending, first when descending, as PostgreSQL sorts them too.
        switch (position.value, isDescending) {
        case (nil, false): return " and (\(expression)) is null and \(equals)"
        case (nil, true): return " and ((\(expression)) is not null or \(equals))"
        case (let value?, false):
            let bound: PostgresFragment = "\(value)\(cast)"
            return """
                 and ((\(expression)) > \(bound) or (\(expression)) is null
                or ((\(expression)) = \(bound) and \(equals)))
                """
        case (let value?, true):
            let bound: PostgresFragment = "\(value)\(cast)"
            return " and ((\(expression)) < \(bound) or ((\(expression)) = \(bound) and \(equals)))"
        }
    }

    /// `order by …`; one row more than the page holds, which tells whether there are more.
    var order: PostgresFragment {
        let direction: PostgresFragment = isDescending ? " desc" : ""
        let first: PostgresFragment = key.map { "(\($0.expression))\(direction), " } ?? ""
        var limit: PostgresFragment = " limit \(Int64(page.limit) + 1)"
        if case .offset(let offset) = page.start { limit = "\(limit) offset \(Int64(offset))" }
        return "order by \(first)\(table).created_at\(direction), \(table).id\(direction)\(limit)"
    }

    /// The page of what the query gave.
    ///
    /// - Parameters:
    ///   - found: each element with its place, in the order of the query.
    ///   - total: of the whole list, where it was counted.
    func assemble<Element>(_ found: [(Element, ListPosition)], total: Int?) -> Page<Element> {
        let isBackward = if case .before = page.start { true } else { false }
        let hasMore = found.count > page.limit
        var shown = Array(found.prefix(page.limit))
        if isBackward { shown.reverse() }
        let hasPredecessors =
            switch page.start {
            case .offset(let offset): offset > 0
            case .after: true
            case .before: hasMore
            }
        return Page(
            elements: shown.map(\.0), total: total, end: isBackward || hasMore ? shown.last?.1 : nil,
            beginning: hasPredecessors ? shown.first?.1 : nil)
    }
}

extension SortKey.Kind {
    /// An expression of type `text` as one that sorts like this kind, and the cast that turns a value's text into it.
    func sortable(_ text: PostgresFragment) -> (expression: PostgresFragment, cast: PostgresFragment) {
        switch self {
        case .text(caseExact: true): ("(\(text)) collate \"C\"", "")
        case .text(caseExact: false): ("\(SQLComparison.folded(text)) collate \"und-x-icu\"", "")
        case .boolean: ("(\(text))::boolean", "::boolean")
        case .number: ("(\(text))::double precision", "::double precision")
        case .timestamp: ("(\(text))::timestamptz", "::timestamptz")
        }
    }
}

extension SQLComparison {
    /// The value of an attribute that stands for all of its values: the primary one, else the first
    /// (RFC 7644 §3.4.2.3).
    static func representative(_ document: PostgresFragment, _ path: DocumentPath) -> PostgresFragment {
        let keys = PostgresBind.textArray(path.keys)
        switch path.kind {
        case .single: return "\(document) #>> \(keys)"
        case .list: return "\(document) #> \(keys) ->> 0"
        case .elements(let name):
            return """
                (select e.v ->> \(name) from jsonb_array_elements(\(document) #> \(keys)) with ordinality e(v, n)
                order by (e.v ->> 'primary') is not distinct from 'true' desc, e.n limit 1)
                """
        }
    }
}

extension User.Field {
    /// Whether every user has a value of it.
    var isAlwaysThere: Bool {
        switch self {
        case .id, .userName, .active, .statedActive, .created, .lastModified: true
        case .externalID, .employeeNumber, .manager, .email, .word, .group, .supervisor, .source, .role, .attribute:
            false
        }
    }
}

extension Group.Field {
    /// Whether every group has a value of it.
    var isAlwaysThere: Bool {
        switch self {
        case .id, .displayName, .created, .lastModified: true
        default: false
        }
    }
}
