/// A moment, in microseconds since 1970-01-01T00:00:00Z, as PostgreSQL keeps it.
package struct Timestamp: Sendable, Hashable, Comparable {
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Whole seconds since 1970.
    package var seconds: Int64 { microseconds / 1_000_000 }

    package static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    package func adding(seconds: Int64) -> Self { Self(microseconds: microseconds + seconds * 1_000_000) }
}
