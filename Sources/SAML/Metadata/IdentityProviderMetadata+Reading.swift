import Foundation
import XMLSecurity

extension IdentityProviderMetadata {
    /// - Parameters:
    ///   - entity: an `EntityDescriptor`.
    ///   - role: the `IDPSSODescriptor` in it.
    ///   - validity: of what stands around the entity.
    init(
        _ entity: XMLElement, role: XMLElement, within validity: MetadataValidity, at now: Date
    ) throws(MetadataProblem) {
        entityID = try Self.entityID(entity.attribute("entityID"))
        let validity = try validity.narrowed(by: entity).narrowed(by: role)
        if let until = validity.until, until <= now { throw .expired }
        validUntil = validity.until
        cacheDuration = validity.cacheDuration
        singleSignOn = try Self.endpoints("SingleSignOnService", of: role)
        if singleSignOn.isEmpty { throw .noEndpoint }
        singleLogout = try Self.endpoints("SingleLogoutService", of: role)
        (signingCertificates, unusableCertificates) = try Self.sorted(Self.listedCertificates(of: role))
        nameIDFormats = try Self.formats(of: role)
        encryptionMethods = try Self.encryptionMethods(of: role)
        wantsSignedRequests = ["true", "1"].contains(role.attribute("WantAuthnRequestsSigned"))
        displayName = Self.displayName(of: entity, role)
    }

    /// The role of an entity as an identity provider that speaks SAML 2.0.
    static func role(of entity: XMLElement) -> XMLElement? {
        roles(of: entity).first { role in
            let protocols = role.attribute("protocolSupportEnumeration") ?? ""
            return protocols.split(whereSeparator: \.isWhitespace).contains { $0 == Namespace.protocol }
        }
    }

    static func roles(of entity: XMLElement) -> [XMLElement] {
        entity.elements.filter { $0.is("IDPSSODescriptor", in: Namespace.metadata) }
    }

    /// Other bindings are passed over, whatever their addresses are.
    private static func endpoints(_ name: String, of role: XMLElement) throws(MetadataProblem) -> [MetadataEndpoint] {
        var found: [MetadataEndpoint] = []
        for element in role.elements where element.is(name, in: Namespace.metadata) {
            guard let binding = element.attribute("Binding").flatMap({ Binding(rawValue: $0) }) else {
                continue
            }
            let response = element.attribute("ResponseLocation")
            let locations = [element.attribute("Location") ?? ""] + (response.map { [$0] } ?? [])
            if locations.contains(where: MetadataEndpoint.holdsPlaceholder) { throw .placeholder }
            guard locations.allSatisfy(MetadataEndpoint.isTaken) else { throw .badEndpoint }
            let endpoint = MetadataEndpoint(binding: binding, location: locations[0], responseLocation: response)
            if !found.contains(endpoint) { found.append(endpoint) }
            // Here and not at the end: finding those that come again takes the square of their number.
            if found.count > MetadataLimits.values { throw .tooLarge }
        }
        return found
    }

    /// Of the keys that may sign; a key without a use has both (§2.4.1.1).
    ///
    /// - Returns: DER; nil for what is no base64.
    static func listedCertificates(of role: XMLElement) -> [[UInt8]?] {
        var found: [[UInt8]?] = []
        for key in role.elements where key.is("KeyDescriptor", in: Namespace.metadata) {
            guard [nil, "signing"].contains(key.attribute("use")) else { continue }
            let data = key.elements.filter { $0.is("KeyInfo", in: Namespace.signature) }.flatMap(\.elements)
                .filter { $0.is("X509Data", in: Namespace.signature) }.flatMap(\.elements)
            for element in data where element.is("X509Certificate", in: Namespace.signature) {
                found.append(element.text.flatMap { Data(base64Text: $0) }.map { [UInt8]($0) })
            }
        }
        return found
    }

    /// Of the keys for encryption; those that wrap keys are no ciphers of content (SAML 2.0 Metadata §2.4.1.1).
    private static func encryptionMethods(of role: XMLElement) throws(MetadataProblem) -> [String] {
        var found: [String] = []
        for key in role.elements where key.is("KeyDescriptor", in: Namespace.metadata) {
            guard [nil, "encryption"].contains(key.attribute("use")) else { continue }
            for element in key.elements where element.is("EncryptionMethod", in: Namespace.metadata) {
                guard let method = element.attribute("Algorithm"), !found.contains(method) else { continue }
                found.append(method)
                if found.count > MetadataLimits.values { throw .tooLarge }
            }
        }
        return found
    }

    private static func formats(of role: XMLElement) throws(MetadataProblem) -> [String] {
        var found: [String] = []
        for element in role.elements where element.is("NameIDFormat", in: Namespace.metadata) {
            guard let format = trimmed(element), !found.contains(format) else { continue }
            found.append(format)
            if found.count > MetadataLimits.values { throw .tooLarge }
        }
        return found
    }

    private static func displayName(of entity: XMLElement, _ role: XMLElement) -> String? {
        let names = role.elements.filter { $0.is("Extensions", in: Namespace.metadata) }.flatMap(\.elements)
            .filter { $0.is("UIInfo", in: Namespace.userInterface) }.flatMap(\.elements)
            .filter { $0.is("DisplayName", in: Namespace.userInterface) }
        let organization = (entity.elements + role.elements)
            .filter { $0.is("Organization", in: Namespace.metadata) }.flatMap(\.elements)
        let others = ["OrganizationDisplayName", "OrganizationName"].map { name in
            organization.filter { $0.is(name, in: Namespace.metadata) }
        }
        for list in [names] + others {
            let english = list.first { element in
                element.attributes.contains {
                    $0.name.namespace == Namespace.xml && $0.name.local == "lang" && $0.value.hasPrefix("en")
                }
            }
            if let name = (english ?? list.first).flatMap(trimmed) {
                return String(String.UnicodeScalarView(name.unicodeScalars.prefix(MetadataLimits.displayName)))
            }
        }
        return nil
    }

    private static func trimmed(_ element: XMLElement) -> String? {
        let text = element.text?.trimmed ?? ""
        return text.isEmpty ? nil : text
    }
}

/// Until when something of a document holds, and how long it need not be fetched again.
struct MetadataValidity {
    var until: Date?
    /// In seconds.
    var cacheDuration: Int?

    /// The shorter of both, of what holds around an element and of what it says itself (§2.3.1, §2.3.2, §2.4.1).
    func narrowed(by element: XMLElement) throws(MetadataProblem) -> MetadataValidity {
        var narrowed = self
        if let text = element.attribute("validUntil") {
            guard let until = Instant.date(text) else { throw .badTime }
            narrowed.until = min(until, self.until ?? until)
        }
        if let duration = element.attribute("cacheDuration").flatMap(MetadataDuration.seconds) {
            narrowed.cacheDuration = min(duration, cacheDuration ?? MetadataLimits.cacheDuration)
        }
        return narrowed
    }
}
