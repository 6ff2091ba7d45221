/// One SQL statement with its parameters. An interpolated value becomes a bind, never text of the statement:
///
///     let query: PostgresQuery = "select name from app.tenants where id = \(id)"   // … where id = $1
package struct PostgresQuery: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// Whether connections keep the statement prepared.
    package enum Preparation: Sendable {
        case always
        /// For text of which there are many kinds: the first ones that a connection meets.
        case whileRoom
        case never
    }

    package typealias StringInterpolation = PostgresFragment.Interpolation

    package let fragment: PostgresFragment
    package var preparation: Preparation

    package init(unsafeSQL sql: String, binds: [PostgresBind] = [], preparation: Preparation = .never) {
        fragment = PostgresFragment(text: StatementText(verbatim: sql), binds: binds)
        self.preparation = preparation
    }

    package init(_ fragment: PostgresFragment, preparation: Preparation = .always) {
        self.fragment = fragment
        self.preparation = preparation
    }

    package var text: StatementText { fragment.text }
    package var binds: [PostgresBind] { fragment.binds }

    package init(stringLiteral value: StaticString) { self.init(PostgresFragment(stringLiteral: value)) }
    package init(stringInterpolation: PostgresFragment.Interpolation) {
        self.init(PostgresFragment(stringInterpolation: stringInterpolation))
    }
}

/// SQL text and binds in order, a part of a statement. The parameters get their numbers when it is put together.
///
/// Text enters only as a literal of the program (`StaticString`), data only as a bind.
package struct PostgresFragment: Sendable, Hashable, ExpressibleByStringInterpolation {
    fileprivate(set) var text: StatementText
    fileprivate(set) var binds: [PostgresBind] = []

    fileprivate init(text: StatementText, binds: [PostgresBind]) {
        self.text = text
        self.binds = binds
    }

    package init(stringLiteral value: StaticString) {
        text = StatementText(pieceCount: 1)
        text.append(literal: value)
    }

    package init(stringInterpolation: Interpolation) { self = stringInterpolation.fragment }

    package static func + (left: PostgresFragment, right: PostgresFragment) -> PostgresFragment { "\(left)\(right)" }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var fragment: PostgresFragment

        package init(literalCapacity: Int, interpolationCount: Int) {
            fragment = ""
            fragment.text = StatementText(pieceCount: 2 * interpolationCount + 1)
            fragment.binds.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) { fragment.text.append(literal: literal) }

        package mutating func appendInterpolation(_ bind: PostgresBind) {
            fragment.text.appendParameter()
            fragment.binds.append(bind)
        }

        package mutating func appendInterpolation(_ other: PostgresFragment) {
            fragment.text.append(other.text)
            fragment.binds += other.binds
        }

        package mutating func appendInterpolation(_ value: String) { appendInterpolation(.text(value)) }
        package mutating func appendInterpolation(_ value: Bool) { appendInterpolation(.boolean(value)) }
        package mutating func appendInterpolation(_ value: Int64) { appendInterpolation(.bigint(value)) }
        package mutating func appendInterpolation(_ value: [UInt8]) { appendInterpolation(.bytes(value)) }

        package mutating func appendInterpolation(_ value: String?) {
            appendInterpolation(value.map(PostgresBind.text) ?? .null(.text))
        }
    }
}
