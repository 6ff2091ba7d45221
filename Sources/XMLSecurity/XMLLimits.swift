/// The limits on a document, applied before its content is used.
package struct XMLLimits: Sendable, Hashable {
    package var bytes = 524_288
    package var depth = 48
    package var elements = 5000
    /// Of one element, declarations included.
    package var attributes = 40
    /// That mean something at one place.
    package var prefixes = 100
    /// On one character: comparing texts takes the square of their number, and nobody needs more than thirty (Unicode
    /// Standard Annex #15 §13).
    package var marks = 30

    package init() {}
}

/// Why bytes are no document that is taken.
package struct XMLError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: String, Sendable, Hashable {
        case tooLarge = "the document is too large"
        case tooDeep = "elements are nested too deeply"
        case tooManyElements = "there are too many elements"
        case tooManyAttributes = "an element has too many attributes"
        case tooManyPrefixes = "too many namespaces are declared"
        case tooManyMarks = "a character has too many marks"
        case encoding = "the document is not in UTF-8, or holds a character that XML does not allow"
        case declaration = "the XML declaration is not one of version 1.0 in UTF-8"
        case documentType = "a document type is not taken"
        case processingInstruction = "a processing instruction is not taken"
        case reference = "a reference is neither to a character nor one of the five that XML defines"
        case name = "a name holds characters that are not taken"
        case namespace = "a prefix or a namespace is not declared as it has to be"
        case duplicateAttribute = "an element has an attribute twice"
        case mismatch = "an end tag does not belong to the element that is open"
        case syntax = "the document is not well-formed"
        case trailing = "something follows the document"
    }

    package let reason: Reason
    /// In bytes from the start.
    package let offset: Int

    package var description: String { "\(reason.rawValue) (at byte \(offset))" }
}
