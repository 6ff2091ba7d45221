import Foundation

/// Making signatures of the shape that is taken.
extension XMLSignature {
    package enum CreationProblem: Error, Sendable, Hashable {
        /// The element has no `ID` to refer to.
        case noIdentifier
    }

    /// The document with a signature of its root: behind the root's `Issuer` if that comes first, else in front of all.
    ///
    /// - Parameter document: what is to be signed; comes back in its canonical form.
    /// - Throws: `CreationProblem`, or what the key throws.
    package static func signing(_ document: XMLElement, with key: SigningKey) throws -> [UInt8] {
        guard let id = document.attribute("ID"), !id.isEmpty else { throw CreationProblem.noIdentifier }
        let content = CanonicalForm.bytes(of: document, .exclusive(prefixes: []))
        let info = information(digest: DigestAlgorithm.sha256.hash(content), of: id)
        // The canonical form of what stands below, by the same means as whoever verifies it.
        let bare = try XMLReader.read(Array(wrapped(info, value: "").utf8))
        let signed = CanonicalForm.bytes(of: bare.elements[0], .exclusive(prefixes: []))
        let value = Data(try key.signature(of: signed)).base64EncodedString()
        let place = document.elements.first.map { $0.name.local == "Issuer" } == true ? 1 : 0
        return CanonicalForm.bytes(
            of: document, .exclusive(prefixes: []), inserting: Array(wrapped(info, value: value).utf8), before: place)
    }

    private static func wrapped(_ info: String, value: String) -> String {
        "<ds:Signature xmlns:ds=\"\(namespace)\">\(info)<ds:SignatureValue>\(value)</ds:SignatureValue></ds:Signature>"
    }

    private static func information(digest: [UInt8], of id: String) -> String {
        let transforms = [enveloped, exclusive].map { "<ds:Transform Algorithm=\"\($0)\"></ds:Transform>" }.joined()
        return "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"\(exclusive)\"></ds:CanonicalizationMethod>"
            + "<ds:SignatureMethod Algorithm=\"\(SigningKey.algorithm.rawValue)\"></ds:SignatureMethod>"
            + "<ds:Reference URI=\"#\(CanonicalForm.attribute(id))\"><ds:Transforms>\(transforms)</ds:Transforms>"
            + "<ds:DigestMethod Algorithm=\"\(DigestAlgorithm.sha256.rawValue)\"></ds:DigestMethod>"
            + "<ds:DigestValue>\(Data(digest).base64EncodedString())</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    }
}
