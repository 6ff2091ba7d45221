import Foundation

/// An enveloped signature (XML Signature 1.1) in the one shape that is taken: one reference, to the element that the
/// signature is a child of, with the two transforms that SAML allows (SAML 2.0 Core §5.4).
///
/// Its shape is decided before any key is used, and nothing of its `KeyInfo` is looked at: keys come from the
/// connection. What was signed is what comes back: the tree read from the signed bytes, not the one they came from.
package struct XMLSignature: Sendable {
    package static let namespace = "http://www.w3.org/2000/09/xmldsig#"
    static let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    private static let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    static let enveloped = namespace + "enveloped-signature"

    /// Why a signature is none.
    package enum Problem: String, Error, Sendable, Hashable {
        case missing = "the element has no signature"
        case several = "the element has several signatures"
        case position = "the signature does not stand where it has to"
        case layout = "the signature has another shape than the one that is taken"
        case algorithm = "the algorithm is not one that is taken"
        case reference = "the signature refers to something else than its element"
        case duplicateID = "two elements have the same identifier"
        case encoding = "a value of the signature is not base64"
        case digest = "the content is not what was signed"
        case key = "no key of the connection made the signature"
    }

    private let element: XMLElement
    private let signature: XMLElement
    private let signedInfo: XMLElement
    private let signedInfoForm: CanonicalForm.Method
    private let contentForm: CanonicalForm.Method
    private let algorithm: SignatureAlgorithm
    private let digestAlgorithm: DigestAlgorithm
    private let digest: [UInt8]
    private let value: [UInt8]

    // MARK: Shape

    /// The signature of an element, if it has the shape that is taken.
    ///
    /// - Parameter issuer: the namespace of the `Issuer` that may come before it (SAML 2.0 Core §2.3.3); nil when the
    ///   signature has to come first, as in metadata.
    package init(
        of element: XMLElement, after issuer: String?, allowing algorithms: Set<SignatureAlgorithm>
    ) throws(Problem) {
        let children = element.elements
        let places = children.indices.filter { children[$0].is("Signature", in: Self.namespace) }
        guard let place = places.first else { throw .missing }
        if places.count > 1 { throw .several }
        let isAfterIssuer = issuer.map { place == 1 && children[0].is("Issuer", in: $0) } ?? false
        guard place == 0 || isAfterIssuer else { throw .position }
        self.element = element
        signature = children[place]
        let parts = signature.elements
        guard (2...3).contains(parts.count), signature.holdsOnlyElements,
            parts[0].is("SignedInfo", in: Self.namespace), parts[1].is("SignatureValue", in: Self.namespace),
            parts.count == 2 || parts[2].is("KeyInfo", in: Self.namespace), signature.hasAttributes(within: ["Id"]),
            parts[1].hasAttributes(within: ["Id"])
        else { throw .layout }
        signedInfo = parts[0]
        value = try Self.base64(parts[1])
        let info = signedInfo.elements
        guard info.count == 3, signedInfo.holdsOnlyElements, signedInfo.hasAttributes(within: ["Id"]),
            info[0].is("CanonicalizationMethod", in: Self.namespace), info[1].is("SignatureMethod", in: Self.namespace),
            info[2].is("Reference", in: Self.namespace), info[0].hasAttributes(within: ["Algorithm"]),
            info[1].hasAttributes(within: ["Algorithm"])
        else { throw .layout }
        signedInfoForm = try Self.form(info[0], mayBeInclusive: true)
        guard let algorithm = SignatureMethod.algorithm(of: info[1]), algorithms.contains(algorithm) else {
            throw .algorithm
        }
        self.algorithm = algorithm
        let reference = info[2]
        let pieces = reference.elements
        guard pieces.count == 3, reference.holdsOnlyElements, reference.hasAttributes(within: ["URI", "Id"]),
            pieces[0].is("Transforms", in: Self.namespace), pieces[1].is("DigestMethod", in: Self.namespace),
            pieces[2].is("DigestValue", in: Self.namespace), pieces[1].hasAttributes(within: ["Algorithm"]),
            pieces[1].elements.isEmpty
        else { throw .layout }
        guard let id = element.attribute("ID"), !id.isEmpty, reference.attribute("URI") == "#" + id else {
            throw .reference
        }
        let transforms = pieces[0].elements
        guard transforms.count == 2, pieces[0].holdsOnlyElements,
            transforms.allSatisfy({
                $0.is("Transform", in: Self.namespace) && $0.hasAttributes(within: ["Algorithm"])
            }),
            transforms[0].attribute("Algorithm") == Self.enveloped, transforms[0].children.isEmpty
        else { throw .layout }
        contentForm = try Self.form(transforms[1], mayBeInclusive: false)
        guard let digest = pieces[1].attribute("Algorithm").flatMap({ DigestAlgorithm(rawValue: $0) }),
            digest != .sha1 || algorithms.contains(.rsaSHA1)
        else { throw .algorithm }
        digestAlgorithm = digest
        self.digest = try Self.base64(pieces[2])
    }

    private static func form(
        _ method: XMLElement, mayBeInclusive: Bool
    ) throws(Problem) -> CanonicalForm.Method {
        switch method.attribute("Algorithm") {
        // Comments are not read. What `#id` refers to has none in either form (XML Signature 1.1 §4.4.3.3); where SignedInfo
        // holds some, the forms differ, and the signature's value says so.
        case exclusive, exclusive + "WithComments":
            let parameters = method.elements
            if parameters.isEmpty { return .exclusive(prefixes: []) }
            guard parameters.count == 1, parameters[0].is("InclusiveNamespaces", in: exclusive),
                parameters[0].children.isEmpty, parameters[0].hasAttributes(within: ["PrefixList"]),
                let list = parameters[0].attribute("PrefixList")
            else { throw .layout }
            return .exclusive(prefixes: Set(list.split(separator: " ").map { $0 == "#default" ? "" : String($0) }))
        case inclusive where mayBeInclusive && method.elements.isEmpty,
            inclusive + "#WithComments" where mayBeInclusive && method.elements.isEmpty:
            return .inclusive
        default: throw .algorithm
        }
    }

    private static func base64(_ element: XMLElement) throws(Problem) -> [UInt8] {
        guard let text = element.text else { throw .layout }
        guard let data = Data(base64Text: text) else { throw .encoding }
        return [UInt8](data)
    }

    // MARK: Verification

    /// The signed element, read from the signed bytes.
    ///
    /// - Parameter keys: of the connection; one of them has to have made the signature.
    /// - Throws: `Problem`; `XMLError` when the signed bytes are no document, which would be a fault of the canonical form.
    package func verified(by keys: [VerificationKey], limits: XMLLimits = XMLLimits()) throws -> XMLElement {
        let info = CanonicalForm.bytes(of: signedInfo, signedInfoForm)
        guard keys.contains(where: { $0.verifies(value, of: info, algorithm) }) else { throw Problem.key }
        let content = CanonicalForm.bytes(of: element, contentForm, omitting: signature.index)
        let found = digestAlgorithm.hash(content)
        // Neither is a secret.
        guard found == digest else { throw Problem.digest }
        return try XMLReader.read(content, limits: limits)
    }

    // MARK: Documents

    /// No two elements of a document may be called the same, whatever their identifiers are called.
    ///
    /// - Parameter documents: read one from inside the other, such as a response and what was encrypted in it.
    package static func checkIdentifiers(in documents: XMLElement...) throws(Problem) {
        var seen: Set<String> = []
        for document in documents { try checkIdentifiers(in: document, &seen) }
    }

    private static func checkIdentifiers(in document: XMLElement, _ seen: inout Set<String>) throws(Problem) {
        try document.forEach { (element) throws(Problem) in
            for attribute in element.attributes
            where attribute.name.local.lowercased() == "id"
                && (attribute.name.namespace.isEmpty || attribute.name.namespace == NamespaceScope.xml)
            {
                if !seen.insert(attribute.value).inserted { throw Problem.duplicateID }
            }
        }
    }

    /// Whether an element says that it is signed, be it well or badly.
    package static func isPresent(in element: XMLElement) -> Bool {
        element.elements.contains { $0.is("Signature", in: namespace) }
    }

    /// How many signatures a document holds, wherever they stand.
    package static func count(in document: XMLElement) -> Int {
        var count = 0
        document.forEach { if $0.is("Signature", in: namespace) { count += 1 } }
        return count
    }
}
