/// The source of new identifiers; the program passes the real one, a test its own.
package struct IdentifierSource: Sendable {
    private let make: @Sendable () -> UInt128

    package init(_ make: @escaping @Sendable () -> UInt128) { self.make = make }

    package func next() -> UInt128 { make() }
}
