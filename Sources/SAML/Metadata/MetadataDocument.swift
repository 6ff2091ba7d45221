public import Foundation
public import XMLSecurity

/// A metadata document (SAML 2.0 Metadata §2.3): an `EntityDescriptor`, or `EntitiesDescriptor` with any number of
/// them, of which only identity providers that speak SAML 2.0 are of interest.
public struct MetadataDocument: Sendable, Hashable {
    /// An identity provider of an aggregate that cannot be used.
    public struct Refusal: Sendable, Hashable {
        /// The entity id of the provider; empty if it has none.
        public let entityID: String
        /// The kind of problem.
        public let problem: MetadataProblem
    }

    /// The providers that can be used, in the order of the document; at least one.
    public let providers: [IdentityProviderMetadata]
    /// The identity providers that cannot be used, in the order of the document.
    public let refusals: [Refusal]
    /// The warnings about the signature and about all providers, each once; those about one provider are its
    /// `warnings(at:)`.
    public let warnings: [MetadataWarning]
    /// Whether the signature on the root is whole: made by a key that the document lists itself, or by one that was
    /// given. That says nothing of who has made the document.
    public let isSigned: Bool
    /// Whether the signature on the root was made by one of the keys that were given.
    public let isTrusted: Bool

    /// Reads a document: of one whose signature holds, only what was signed.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, with a byte order mark or without.
    ///   - keys: that are known already, such as those of the provider before a refresh.
    ///   - now: what has ended by then is `expired`.
    /// - Throws: what is wrong with the document, or with its only identity provider or the first of those it has, if
    ///   none can be used.
    public init(
        _ bytes: [UInt8], trusting keys: [VerificationKey] = [], at now: Date
    ) throws(MetadataProblem) {
        let signature = try MetadataSignature(on: try Self.root(of: bytes), trusting: keys)
        let entities = try Self.entities(in: signature.content)
        var providers: [IdentityProviderMetadata] = []
        var refusals: [Refusal] = []
        for (entity, validity) in entities {
            guard let role = IdentityProviderMetadata.role(of: entity) else { continue }
            do throws(MetadataProblem) {
                providers.append(try IdentityProviderMetadata(entity, role: role, within: validity, at: now))
            } catch {
                refusals.append(Refusal(entityID: entity.attribute("entityID") ?? "", problem: error))
            }
        }
        if providers.isEmpty { throw refusals.first?.problem ?? Self.absence(in: entities.map(\.entity)) }
        self.providers = providers
        self.refusals = refusals
        isSigned = signature.isSigned
        isTrusted = signature.isTrusted
        let found = Set(signature.warnings + providers.flatMap { $0.warnings(at: now) })
        warnings = MetadataWarning.allCases.filter(found.contains)
    }

    /// The provider with an entity id; nil when it is not among `providers`.
    public subscript(entityID: String) -> IdentityProviderMetadata? { providers.first { $0.entityID == entityID } }

    // MARK: Bytes

    private static func root(of bytes: [UInt8]) throws(MetadataProblem) -> XMLElement {
        if bytes.count > MetadataLimits.bytes { throw .tooLarge }
        if CertificateFile.holdsPrivateKey(bytes) { throw .privateKey }
        do throws(XMLError) {
            let root = try XMLReader.read(bytes, limits: MetadataLimits.reading)
            if isGroup(root) || isEntity(root) { return root }
        } catch {
            if looksLikeWebPage(bytes) { throw .webPage }
            switch error.reason {
            case .documentType: throw .documentType
            case .tooLarge, .tooDeep, .tooManyElements, .tooManyAttributes: throw .tooLarge
            default: throw .notXML
            }
        }
        throw looksLikeWebPage(bytes) ? .webPage : .noIdentityProvider
    }

    private static func looksLikeWebPage(_ bytes: [UInt8]) -> Bool {
        let start = String(decoding: bytes.prefix(1024), as: UTF8.self).lowercased()
        return start.contains("<html") || start.contains("<!doctype html")
    }

    // MARK: Entities

    private static func isGroup(_ element: XMLElement) -> Bool {
        element.is("EntitiesDescriptor", in: Namespace.metadata)
    }

    private static func isEntity(_ element: XMLElement) -> Bool {
        element.is("EntityDescriptor", in: Namespace.metadata)
    }

    /// All entities, with what groups say of their validity.
    private static func entities(
        in root: XMLElement
    ) throws(MetadataProblem) -> [(entity: XMLElement, validity: MetadataValidity)] {
        var found: [(entity: XMLElement, validity: MetadataValidity)] = []
        try collect(from: root, within: MetadataValidity(), into: &found)
        var seen: Set<String> = []
        for (entity, _) in found {
            if let id = entity.attribute("entityID"), !seen.insert(id).inserted { throw .duplicateEntity }
        }
        return found
    }

    private static func collect(
        from element: XMLElement, within validity: MetadataValidity,
        into found: inout [(entity: XMLElement, validity: MetadataValidity)]
    ) throws(MetadataProblem) {
        if isEntity(element) { return found.append((element, validity)) }
        guard isGroup(element) else { return }
        let validity = try validity.narrowed(by: element)
        for child in element.elements { try collect(from: child, within: validity, into: &found) }
    }

    /// Why there is no identity provider among the entities.
    private static func absence(in entities: [XMLElement]) -> MetadataProblem {
        if entities.contains(where: { !IdentityProviderMetadata.roles(of: $0).isEmpty }) { return .noSAML2 }
        let isService = entities.contains { entity in
            entity.elements.contains { $0.is("SPSSODescriptor", in: Namespace.metadata) }
        }
        return isService ? .onlyServiceProvider : .noIdentityProvider
    }
}
