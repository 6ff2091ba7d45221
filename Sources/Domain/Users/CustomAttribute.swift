/// An attribute of users that a tenant has defined for itself.
package struct CustomAttribute: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case string, boolean, integer, decimal, dateTime, reference
    }

    package var name: String
    package var kind: Kind
    package var isMultiValued: Bool
    package var isCaseExact: Bool
    package var description: String

    /// How many a tenant can have.
    package static let limit = 50

    /// Nil when the name is none that attributes can have (ATTRNAME, RFC 7643 §2.1).
    package init?(
        name: String, kind: Kind, isMultiValued: Bool = false, isCaseExact: Bool = false, description: String = ""
    ) {
        let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte | 0x20) }
        guard (1...64).contains(name.utf8.count), let first = name.utf8.first, isLetter(first),
            name.utf8.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F })
        else { return nil }
        self.name = name
        self.kind = kind
        self.isMultiValued = isMultiValued
        self.isCaseExact = isCaseExact
        self.description = description
    }
}
