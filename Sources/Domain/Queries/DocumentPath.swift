/// The path of an attribute in the document of a user or group: keys from the outside in.
package struct DocumentPath: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case single
        /// A list of plain values.
        case list
        /// A list of objects, of which `subAttribute` is looked at.
        case elements(subAttribute: String)
    }

    package var keys: [String]
    package var kind: Kind

    package init(keys: [String], kind: Kind) {
        self.keys = keys
        self.kind = kind
    }
}
