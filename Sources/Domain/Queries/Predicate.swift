/// A condition on things that have `Field`s, in no query language of anybody's.
package indirect enum Predicate<Field: Sendable & Hashable>: Sendable, Hashable {
    case constant(Bool)
    /// True when the field has the value, or for a multi-valued field when any of its values does.
    case comparison(Field, Comparison, ComparisonValue)
    /// True when the field has a value that is not empty.
    case present(Field)
    /// True when one and the same value of the multi-valued field meets the whole condition.
    case element(of: Field, ElementPredicate)
    case not(Predicate)
    case and(Predicate, Predicate)
    case or(Predicate, Predicate)
}

/// A condition on one value of a multi-valued field; its fields are the names of sub-attributes.
package indirect enum ElementPredicate: Sendable, Hashable {
    case constant(Bool)
    case comparison(String, Comparison, ComparisonValue)
    case present(String)
    case not(ElementPredicate)
    case and(ElementPredicate, ElementPredicate)
    case or(ElementPredicate, ElementPredicate)
}

/// The operators of RFC 7644 §3.4.2.2 that compare.
package enum Comparison: Sendable, Hashable {
    case equal, notEqual, contains, startsWith, endsWith, greater, greaterOrEqual, less, lessOrEqual
}

package enum ComparisonValue: Sendable, Hashable {
    case text(String, caseExact: Bool)
    case boolean(Bool)
    case number(Double)
    case timestamp(Timestamp)
    /// No value at all: equal to an attribute that is not assigned.
    case null
}
