/// The key that a list is sorted by; things of equal value are in the order in which they were created.
package struct SortKey<Field: Sendable & Hashable>: Sendable, Hashable {
    /// How values compare.
    package enum Kind: Sendable, Hashable {
        case text(caseExact: Bool)
        case boolean, number, timestamp
    }

    package var field: Field
    package var kind: Kind

    package init(field: Field, kind: Kind) {
        self.field = field
        self.kind = kind
    }
}

/// The order of a list. Things without a value come last, or first when it descends.
package struct ListOrder<Field: Sendable & Hashable>: Sendable, Hashable {
    /// Nil for the order in which things were made.
    package var key: SortKey<Field>?
    package var isDescending: Bool

    package init(key: SortKey<Field>? = nil, isDescending: Bool = false) {
        self.key = key
        self.isDescending = isDescending
    }
}

/// The place of one thing in an ordered list. It stays where it is when the thing itself, or others, are deleted.
package struct ListPosition: Sendable, Hashable {
    /// The value that the list is sorted by, as text; nil without a value or without a sort key.
    package var value: String?
    package var createdAt: Timestamp
    package var id: String

    package init(value: String?, createdAt: Timestamp, id: String) {
        self.value = value
        self.createdAt = createdAt
        self.id = id
    }
}

/// The position at which a page begins, and its length.
package struct PageRequest: Sendable, Hashable {
    package enum Start: Sendable, Hashable {
        /// So many matches are passed over; the page says how many there are in all.
        case offset(Int)
        case after(ListPosition)
        case before(ListPosition)
    }

    package var start: Start
    package var limit: Int

    package init(start: Start, limit: Int) {
        self.start = start
        self.limit = limit
    }

    package init(offset: Int, limit: Int) { self.init(start: .offset(offset), limit: limit) }
}

/// A part of a list.
package struct Page<Element: Sendable>: Sendable {
    package var elements: [Element]
    /// The length of the whole list; nil where nobody counted.
    package var total: Int?
    /// The place of the last element, when more follow it.
    package var end: ListPosition?
    /// The place of the first element, when others precede it.
    package var beginning: ListPosition?

    package init(elements: [Element], total: Int?, end: ListPosition? = nil, beginning: ListPosition? = nil) {
        self.elements = elements
        self.total = total
        self.end = end
        self.beginning = beginning
    }
}
