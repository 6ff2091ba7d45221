import Domain
import Foundation
import LecternTesting
import Persistence
import SAMLAdapter
import XMLSecurity

/// The metadata of an identity provider, and its key.
struct ProviderMetadataText {
    static let keys = Result {
        try (0..<2).map { number in
            try KeyPair.make(
                name: "idp-\(number).example", serialNumber: [UInt8](repeating: UInt8(number + 1), count: 16),
                notBefore: .now.addingTimeInterval(-86_400), notAfter: .now.addingTimeInterval(300 * 86_400))
        }
    }

    var entityID = "https://idp.example/metadata"
    var key: KeyPair
    var signOn = "https://idp.example/sso"
    var logout: String? = "https://idp.example/slo"
    var displayName: String?
    /// Named for encryption, beside a key.
    var ciphers: [String] = []

    init(key number: Int = 0) throws { key = try Self.keys.get()[number] }

    var certificate: String { Data(key.certificate).base64EncodedString() }

    private func service(_ name: String, _ location: String) -> String {
        "<md:\(name) Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"\(location)\"/>"
    }

    private var encryption: String {
        if ciphers.isEmpty { return "" }
        return "<md:KeyDescriptor use=\"encryption\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\(certificate)"
            + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            + ciphers.map { "<md:EncryptionMethod Algorithm=\"\($0)\"/>" }.joined() + "</md:KeyDescriptor>"
    }

    var text: String {
        let name = displayName.map {
            "<md:Extensions><mdui:UIInfo xmlns:mdui=\"urn:oasis:names:tc:SAML:metadata:ui\"><mdui:DisplayName "
                + "xml:lang=\"en\">\($0)</mdui:DisplayName></mdui:UIInfo></md:Extensions>"
        }
        return "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"m1\" "
            + "xmlns:ds=\"\(XMLSignature.namespace)\" entityID=\"\(entityID)\"><md:IDPSSODescriptor "
            + "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\(name ?? "")"
            + "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\(certificate)"
            + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>" + encryption
            + (logout.map { service("SingleLogoutService", $0) } ?? "") + service("SingleSignOnService", signOn)
            + "</md:IDPSSODescriptor></md:EntityDescriptor>"
    }

    /// Signed as a whole.
    func signed(by number: Int) throws -> String {
        guard let key = SigningKey(der: try Self.keys.get()[number].privateKey) else { return "" }
        return String(
            decoding: try XMLSignature.signing(try XMLReader.read(Array(text.utf8)), with: key), as: UTF8.self)
    }

    /// Several as one document.
    static func aggregate(_ texts: [ProviderMetadataText]) -> String {
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">"
            + texts.map { $0.text.replacing(" ID=\"m1\"", with: "") }.joined() + "</md:EntitiesDescriptor>"
    }
}

extension Browser {
    var scope: TenantScope { TenantScope(tenant: tenant.id, admission: .operator) }

    /// Adds a connection to sign in by; gives the path of its page.
    func makeConnection(_ name: String = "Entra", described: Bool = true) async throws -> String {
        let added = await post("manage/integration/plugins", ["name": name, "kind": "saml"])
        let page = String(added.location.dropFirst(base.count + 1).prefix { $0 != "?" })
        if described {
            _ = await post("\(page)/provider", ["text": try ProviderMetadataText().text])
        }
        return page
    }

    func connection(_ page: String) async throws -> SAMLConnection {
        let id = page.split(separator: "/").last.flatMap { PluginID($0) }
        let found = try await test.saml.connections(in: scope).first { $0.id.plugin == id }
        guard let found else { throw DomainError.notFound }
        return found
    }

    /// Reads the metadata again, as happens every day; what an address answers is given.
    func refresh(_ page: String, _ document: String?) async throws -> ProviderRefresh.Outcome {
        let fetch: ProviderRefresh.Fetch = { _ throws(DownloadProblem) in
            guard let document else { throw .noAnswer }
            return Array(document.utf8)
        }
        return try await ProviderRefresh(
            connections: test.saml, reader: MetadataReader(), fetch: fetch, identifiers: TestDatabase.identifiers
        ).refresh(try await connection(page), now: now, in: scope)
    }
}
