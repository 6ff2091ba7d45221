/// One SQL statement with its parameters. An interpolated value becomes a bind, never text of the statement:
///
///     let query: PostgresQuery = "select name from app.tenants where id = \(id)"   // … where id = $1
///
/// The text is the key under which a connection keeps the statement prepared, so it must not vary with data.
package struct PostgresQuery: Sendable, Hashable, ExpressibleByStringInterpolation {
    package var sql: String
    package var binds: [PostgresBind]
    /// False for text that varies from call to call (`SET LOCAL …`): such a statement is parsed each time.
    package var prepared: Bool

    package init(unsafeSQL sql: String, binds: [PostgresBind] = [], prepared: Bool = true) {
        self.sql = sql
        self.binds = binds
        self.prepared = prepared
    }

    package init(stringLiteral value: StaticString) {
        self.init(unsafeSQL: value.description)
    }

    package init(stringInterpolation interpolation: Interpolation) {
        self.init(unsafeSQL: interpolation.sql, binds: interpolation.binds)
    }

    package struct Interpolation: StringInterpolationProtocol {
        var sql = ""
        var binds: [PostgresBind] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.reserveCapacity(literalCapacity + 3 * interpolationCount)
            binds.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            sql += literal.description
        }

        package mutating func appendInterpolation(_ bind: PostgresBind) {
            binds.append(bind)
            sql += "$\(binds.count)"
        }

        package mutating func appendInterpolation(_ value: String) { appendInterpolation(.text(value)) }
        package mutating func appendInterpolation(_ value: Bool) { appendInterpolation(.boolean(value)) }
        package mutating func appendInterpolation(_ value: Int64) { appendInterpolation(.bigint(value)) }
        package mutating func appendInterpolation(_ value: [UInt8]) { appendInterpolation(.bytes(value)) }

        package mutating func appendInterpolation(_ value: String?) {
            appendInterpolation(value.map(PostgresBind.text) ?? .null(.text))
        }

        /// A piece of another statement, its parameters renumbered to follow this one's.
        package mutating func appendInterpolation(_ fragment: PostgresFragment) {
            for part in fragment.parts {
                switch part {
                case .sql(let text): sql += text
                case .bind(let bind): appendInterpolation(bind)
                }
            }
        }
    }
}

/// SQL text and binds in order, to be put together before the parameters get their numbers.
///
/// Text enters only as a literal of the program (`StaticString`), data only as a bind.
package struct PostgresFragment: Sendable, Hashable, ExpressibleByStringInterpolation {
    enum Part: Sendable, Hashable {
        case sql(String)
        case bind(PostgresBind)
    }

    var parts: [Part]

    package init(stringLiteral value: StaticString) { parts = [.sql(value.description)] }
    package init(stringInterpolation interpolation: Interpolation) { parts = interpolation.parts }

    package static func + (left: PostgresFragment, right: PostgresFragment) -> PostgresFragment {
        var sum = left
        sum.parts += right.parts
        return sum
    }

    package struct Interpolation: StringInterpolationProtocol {
        var parts: [Part] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}
        package mutating func appendLiteral(_ literal: StaticString) { parts.append(.sql(literal.description)) }
        package mutating func appendInterpolation(_ bind: PostgresBind) { parts.append(.bind(bind)) }
        package mutating func appendInterpolation(_ value: String) { parts.append(.bind(.text(value))) }
        package mutating func appendInterpolation(_ value: Bool) { parts.append(.bind(.boolean(value))) }
        package mutating func appendInterpolation(_ value: Int64) { parts.append(.bind(.bigint(value))) }
        package mutating func appendInterpolation(_ fragment: PostgresFragment) { parts += fragment.parts }
    }
}
