import XMLSecurity

/// The trust that the signature on the root of a metadata document deserves (SAML 2.0 Metadata §3).
struct MetadataSignature {
    /// The element to read: the signed bytes if a key has verified them, or else the document as it came.
    let content: XMLElement
    /// A key has verified it, be it one that the document lists itself: it is whole.
    let isSigned: Bool
    /// A key has verified it that was known before.
    let isTrusted: Bool
    let warnings: [MetadataWarning]

    /// - Throws: `badSignature`, also when nothing but the shape is wrong; `tooLarge`.
    init(on root: XMLElement, trusting keys: [VerificationKey]) throws(MetadataProblem) {
        guard root.elements.contains(where: { $0.is("Signature", in: Namespace.signature) }) else {
            (content, isSigned, isTrusted, warnings) = (root, false, false, [])
            return
        }
        do {
            try XMLSignature.checkIdentifiers(in: root)
            let signature = try XMLSignature(of: root, after: nil, allowing: SignatureAlgorithm.sound)
            if let content = try Self.content(signature, keys) {
                (self.content, isSigned, isTrusted, warnings) = (content, true, true, [])
            } else if let content = try Self.content(signature, Self.listedKeys(in: root)) {
                (self.content, isSigned, isTrusted) = (content, true, false)
                // That nobody knows it yet goes without saying at the first import.
                warnings = keys.isEmpty ? [] : [.signedButKeyUnknown]
            } else {
                (content, isSigned, isTrusted, warnings) = (root, false, false, [.signedButKeyUnknown])
            }
        } catch XMLSignature.Problem.algorithm {
            (content, isSigned, isTrusted, warnings) = (root, false, false, [.signatureAlgorithm])
        } catch let error as XMLError where error.reason == .tooLarge {
            throw .tooLarge
        } catch {
            throw .badSignature
        }
    }

    /// Nil when none of the keys has made it.
    private static func content(_ signature: XMLSignature, _ keys: [VerificationKey]) throws -> XMLElement? {
        do {
            return try signature.verified(by: keys, limits: MetadataLimits.signed)
        } catch XMLSignature.Problem.key {
            return nil
        }
    }

    /// The keys that the document lists for its identity providers.
    private static func listedKeys(in root: XMLElement) -> [VerificationKey] {
        var certificates: Set<[UInt8]> = []
        root.forEach { element in
            guard element.is("IDPSSODescriptor", in: Namespace.metadata) else { return }
            certificates.formUnion(IdentityProviderMetadata.listedCertificates(of: element).compactMap(\.self))
        }
        return certificates.compactMap { try? VerificationKey(certificate: $0) }
    }
}
